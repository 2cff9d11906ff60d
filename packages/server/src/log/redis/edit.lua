-- ARGV 1 command  2 by  3 message  4 text (JSON)  5 mentions (JSON), or empty
local command, by, message = ARGV[1], ARGV[2], ARGV[3]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'edit', '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
local offset, author = posted(message)
if not offset then
  return refused('message-not-found')
end
if author ~= by then
  return refused('not-yours')
end
local mentions = ARGV[5] == '' and '' or ',"mentions":' .. ARGV[5]
local edited = write(
  '"type":"message-edited","messageId":"' .. message .. '","by":"' .. by .. '","text":' .. ARGV[4] .. mentions
)
redis.call('HSET', INDEX, 'e:' .. offset, edited)
return finish(by, command, 'edit', false)
