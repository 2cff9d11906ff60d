-- ARGV 1 command  2 member  3 body (name and role)  4 offset up to which the caller knows the room, or empty
if not exists() then
  return refused('room-not-found')
end
local before = done(ARGV[2], ARGV[1], 'join', '')
if before then
  return before
end
if redis.call('HGET', INDEX, 'x:' .. ARGV[2]) == 'removed' then
  return refused('removed')
end
if ARGV[4] ~= '' and tonumber(room('joined')) > tonumber(ARGV[4]) then
  return { 'admission-changed', room('joined') }
end
if redis.call('HGET', MEMBERS, ARGV[2]) ~= ARGV[3] then
  admit(ARGV[2], ARGV[3])
end
return finish(ARGV[2], ARGV[1], 'join', false)
