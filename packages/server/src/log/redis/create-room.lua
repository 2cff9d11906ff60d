-- ARGV 1 command  2 epoch  3 title (JSON)  4 model (JSON)  5 body of room-created  6 owner  7 body of the owner
if exists() then
  return done(ARGV[6], ARGV[1], 'create', '') or refused('internal')
end
redis.call('HSET', ROOM, 'epoch', ARGV[2], 'title', ARGV[3], 'model', ARGV[4], 'offset', 0, 'at', 0,
  'number', 0, 'running', '', 'held', '0')
write(ARGV[5])
admit(ARGV[6], ARGV[7])
return finish(ARGV[6], ARGV[1], 'create', false)
