-- Removes rooms that were listed long ago from the list of a member. KEYS 1 ZSET of rooms by the time of joining, in
-- microseconds. ARGV 1 how long ago, ms  2… rooms
local time = redis.call('TIME')
local before = tonumber(time[1]) * 1000000 + tonumber(time[2]) - tonumber(ARGV[1]) * 1000
for position = 2, #ARGV do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[position])
  if score and tonumber(score) < before then
    redis.call('ZREM', KEYS[1], ARGV[position])
  end
end
return { 'ok' }
