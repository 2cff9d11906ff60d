-- Records that something may run in a room. KEYS 1 ZSET of rooms by the time of their last touch. ARGV 1 room
redis.call('ZADD', KEYS[1], whole(now()), ARGV[1])
return { 'ok' }
