-- ARGV 1 command  2 by  3 message
local command, by, message = ARGV[1], ARGV[2], ARGV[3]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'retract', '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
local offset, author = posted(message)
if not author then
  return refused('message-not-found')
end
if author ~= by and not owns(by) then
  return refused('not-yours')
end
if offset then
  unqueue(message)
  local retracted = write('"type":"message-retracted","messageId":"' .. message .. '","by":"' .. by .. '"')
  redis.call('HSET', INDEX, 'r:' .. offset, retracted)
end
return finish(by, command, 'retract', false)
