-- Makes an invite link, or ends those there are.
-- ARGV 1 command  2 by  3 kind of command (`invite` or `end-invites`)  4 type of the entry  5 further JSON members of it
local command, by, kind, type = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, kind, '')
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
if redis.call('HEXISTS', MEMBERS, by) == 0 then
  return refused('room-not-found')
end
if room('inviters') == 'owner' and not owns(by) then
  return refused('owner-only')
end
invite(type, '"type":"' .. type .. '","by":"' .. by .. '"' .. ARGV[5])
return finish(by, command, kind, false)
