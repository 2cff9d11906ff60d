-- ARGV 1 command  2 by  3 generation, or empty: what waits is not started here
local command, by, generation = ARGV[1], ARGV[2], ARGV[3]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'resume', generation)
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
if room('held') ~= '1' then
  return refused('queue-not-held')
end
redis.call('HSET', ROOM, 'held', '0')
write('"type":"queue-resumed","by":"' .. by .. '"')
return finish(by, command, 'resume', generation ~= '' and promote(KEYS[9], generation))
