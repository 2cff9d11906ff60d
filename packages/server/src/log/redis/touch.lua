-- Something may run in a room. KEYS 1 as above. ARGV 1 room
redis.call('ZADD', KEYS[1], whole(now()), ARGV[1])
return { 'ok' }
