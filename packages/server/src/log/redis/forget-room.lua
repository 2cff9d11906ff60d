-- Removes a room in which nothing runs, if it was not touched for so long that no command can still be on its way. KEYS 1
-- ZSET of rooms by the time of their last touch. ARGV 1 room  2 a time: only touches before it are old enough
local touched = redis.call('ZSCORE', KEYS[1], ARGV[1])
if touched and tonumber(touched) < tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return { 'ok' }
