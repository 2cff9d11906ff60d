-- ARGV 1 command  2 by  3 mode  4 generation  5 the earlier generation (KEYS 11, 12)
local command, by, mode, generation, of = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, mode, generation)
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
if room('running') ~= '' then
  return refused('generation-running')
end
local message, ended = unpack(redis.call('HMGET', KEYS[11], 'message', 'ended'))
if not message then
  return refused('generation-not-found')
end
if not ended then
  return refused('generation-not-ended')
end
if not posted(message) then
  return refused('message-not-found')
end
start(KEYS[9], generation, mode, message, by, of)
return finish(by, command, mode, true)
