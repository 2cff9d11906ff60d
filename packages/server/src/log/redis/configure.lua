-- ARGV 1 command  2 by  3 title (JSON), or empty  4 model (JSON), or empty  5 inviters, or empty
--      6 further JSON members: what is changed
local command, by = ARGV[1], ARGV[2]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'configure', '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
if not owns(by) then
  return refused('owner-only')
end
settle(ARGV[3], ARGV[4], ARGV[5])
write('"type":"settings-changed","by":"' .. by .. '"' .. ARGV[6])
return finish(by, command, 'configure', false)
