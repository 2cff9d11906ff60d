-- ARGV 1 member. Gives the line of this room in the member's list of rooms.
local body = redis.call('HGET', MEMBERS, ARGV[1])
if not body or not exists() then
  return { 'gone' }
end
return { 'ok', room('title'), room('at'), room('running') ~= '' and '1' or '0', body, room('offset') }
