-- ARGV 1 command  2 by  3 member
local command, by, member = ARGV[1], ARGV[2], ARGV[3]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'remove', '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
if owns(by) and member == by then
  return refused('owner-stays')
end
if member ~= by and not owns(by) then
  return refused('owner-only')
end
if redis.call('HEXISTS', MEMBERS, member) == 0 then
  return refused('member-not-found')
end
-- What somebody asked who left is still to be answered; what somebody asked who was removed is not.
for _, message in ipairs(member == by and {} or redis.call('LRANGE', QUEUE, 0, -1)) do
  local offset, author = posted(message)
  if author == member then
    unqueue(message)
    local taken = write('"type":"question-withdrawn","messageId":"' .. message .. '","by":"' .. by .. '"')
    redis.call('HSET', INDEX, offset, taken)
  end
end
dismiss(member, by)
return finish(by, command, 'remove', false)
