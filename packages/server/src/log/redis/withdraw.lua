-- ARGV 1 command  2 by  3 message
local command, by, message = ARGV[1], ARGV[2], ARGV[3]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'withdraw', '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
local known = redis.call('HGET', INDEX, 'm:' .. message)
if not known then
  return refused('message-not-found')
end
local offset, author = known:match('^(%d+) (.*)$')
if author ~= by then
  return refused('not-yours')
end
if redis.call('LREM', QUEUE, 0, message) == 0 then
  return refused('not-queued')
end
if redis.call('LLEN', QUEUE) == 0 then
  redis.call('HSET', ROOM, 'held', '0')
end
local taken = write('"type":"question-withdrawn","messageId":"' .. message .. '","by":"' .. by .. '"')
redis.call('HSET', INDEX, offset, taken)
return finish(by, command, 'withdraw', false)
