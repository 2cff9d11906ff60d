-- What is known of a message or of a generation and its question. ARGV 1 epoch  2 ground  3 its mark  4 id
-- KEYS 10 is the beginning of the keys of generations.
-- Gives the message, its author, its model (JSON), whether it is retracted, and whether the generation has ended; each may
-- be empty. Or what has changed since that ground.
if not exists() then
  return refused('room-not-found')
end
local behind = moved(ARGV[1], ARGV[2], ARGV[3])
if behind then
  return behind
end
local message, ended = unpack(redis.call('HMGET', KEYS[10] .. ARGV[4], 'message', 'ended'))
local hasEnded = message and (ended and '1' or '0') or ''
message = message or ARGV[4]
local known = redis.call('HGET', INDEX, 'm:' .. message)
if not known then
  return { 'ok', message, '', '', '', hasEnded }
end
local offset, by = known:match('^(%d+) (.*)$')
local retracted = redis.call('HEXISTS', INDEX, 'r:' .. offset) == 1
return { 'ok', message, by, redis.call('HGET', INDEX, 'o:' .. message) or '', retracted and '1' or '0', hasEnded }
