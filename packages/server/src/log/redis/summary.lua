-- ARGV 1 member. Gives what a list of rooms shows of this one to a member.
local body = redis.call('HGET', MEMBERS, ARGV[1])
if not body or not exists() then
  return { 'gone' }
end
local title, at, running, offset = unpack(redis.call('HMGET', ROOM, 'title', 'at', 'running', 'offset'))
return { 'ok', title, at, running ~= '' and '1' or '0', body, offset }
