-- Announces the members that a room has on this node, and reads the announcements of the other nodes.
--
-- KEYS 1 HASH node -> `<valid until> <announcement>`, the time in milliseconds by the clock of this Redis
-- ARGV 1 node  2 announcement (JSON)  3 whether the node has members there: 1 or 0  4 how long the announcement is valid, ms
--      5 the longest that any announcement is valid, ms  6 whether to give the other nodes' announcements: 1 or 0
-- The channel has the name of KEYS[1]. Gives the time, then for each other node how long its announcement is still
-- valid, and the announcement.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local node, announcement = ARGV[1], ARGV[2]

if ARGV[3] == '1' then
  redis.call('HSET', KEYS[1], node, string.format('%.0f %s', now + tonumber(ARGV[4]), announcement))
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  redis.call(PUBLISH, KEYS[1], announcement)
elseif redis.call('HDEL', KEYS[1], node) == 1 then
  redis.call(PUBLISH, KEYS[1], announcement)
end

local others = { now }
if ARGV[6] == '1' then
  local stored = redis.call('HGETALL', KEYS[1])
  for index = 1, #stored, 2 do
    local holds, announced = stored[index + 1]:match('^(%d+) (.*)$')
    local rest = tonumber(holds) - now
    if rest <= 0 then
      redis.call('HDEL', KEYS[1], stored[index])
    elseif stored[index] ~= node then
      others[#others + 1] = rest
      others[#others + 1] = announced
    end
  end
end
return others
