-- Gives one node at a time the rooms in which something may run. KEYS 1 ZSET of rooms by the time of their last touch
-- 2 the node that sweeps
-- ARGV 1 node  2 for how long it may sweep, ms
local sweeper = redis.call('GET', KEYS[2])
if sweeper and sweeper ~= ARGV[1] then
  return { 'busy', whole(now()) }
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { 'ok', whole(now()), redis.call('ZRANGE', KEYS[1], 0, -1) }
