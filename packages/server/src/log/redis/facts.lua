-- The facts about messages, and about generations and their questions. ARGV 1 epoch  2 ground  3 its mark  4 the node
-- 5 for how long the room is to wait for it if it comes too late, ms  6… ids
-- KEYS 10 is the beginning of the keys of generations.
-- Gives for each its message, the author and the model (JSON) of that, whether it is retracted, and whether the generation has
-- ended; each may be empty. Or the entries since that ground.
if not exists() then
  return refused('room-not-found')
end
local behind = moved(ARGV[1], ARGV[2], ARGV[3])
if behind then
  reserve(ARGV[4], ARGV[5])
  return behind
end
local facts = {}
for position = 6, #ARGV do
  local message, ended = unpack(redis.call('HMGET', KEYS[10] .. ARGV[position], 'message', 'ended'))
  local hasEnded = message and (ended and '1' or '0') or ''
  message = message or ARGV[position]
  local known, model = unpack(redis.call('HMGET', INDEX, 'm:' .. message, 'o:' .. message))
  local offset, by = (known or ''):match('^(%d+) (.*)$')
  local retracted = offset and redis.call('HEXISTS', INDEX, 'r:' .. offset) == 1
  facts[position - 5] = { message, by or '', model or '', retracted and '1' or '0', hasEnded }
end
return { 'ok', facts }
