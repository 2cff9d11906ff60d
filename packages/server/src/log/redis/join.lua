-- ARGV 1 command  2 member  3 body (name and role)
if not exists() then
  return refused('room-not-found')
end
local before = done(ARGV[2], ARGV[1], 'join', '')
if before then
  return before
end
if redis.call('HGET', MEMBERS, ARGV[2]) ~= ARGV[3] then
  admit(ARGV[2], ARGV[3])
end
return finish(ARGV[2], ARGV[1], 'join', false)
