-- Adds a room to the list of a member, in the order of joining. KEYS 1 ZSET of rooms. ARGV 1 room
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], 'NX', tonumber(time[1]) * 1000000 + tonumber(time[2]), ARGV[1])
return { 'ok' }
