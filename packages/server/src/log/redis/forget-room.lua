-- Nothing runs in a room any more, and has not for a while: whatever is under way to it has come. KEYS 1 ZSET of rooms by
-- the time of their last touch. ARGV 1 room  2 touched before this time is long ago
local touched = redis.call('ZSCORE', KEYS[1], ARGV[1])
if touched and tonumber(touched) < tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return { 'ok' }
