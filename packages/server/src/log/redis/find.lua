-- Looks up messages, generations and members. ARGV 1 the caller's footing as JSON (prelude.lua, `moved`), or empty
-- 2 the node  3 for how long to reserve the room for it if its footing is behind, ms  4… ids
-- KEYS 9 is the checkpoint, 10 the prefix of the keys of generations.
-- Gives for each id: its message, that message's author and model (JSON), whether the message is retracted, whether the
-- generation has ended, the offset at which the message or generation begins, and the state of the member; each may be
-- empty. Or answers with the entries that have come since the caller's ground.
if not exists() then
  return refused('room-not-found')
end
local behind = ARGV[1] ~= '' and moved(cjson.decode(ARGV[1]))
if behind then
  reserve(ARGV[2], ARGV[3])
  return behind
end
local found = {}
for position = 4, #ARGV do
  local id = ARGV[position]
  local message, ended = unpack(redis.call('HMGET', KEYS[10] .. id, 'message', 'ended'))
  local hasEnded = message and (ended and '1' or '0') or ''
  message = message or id
  local known, model, start, gone = unpack(redis.call('HMGET', INDEX, 'm:' .. message, 'o:' .. message, 'g:' .. id, 'x:' .. id))
  local offset, by = (known or ''):match('^(%d+) (.*)$')
  local retracted = offset and redis.call('HEXISTS', INDEX, 'r:' .. offset) == 1
  local first = hasEnded == '' and offset or start
  local member = redis.call('HEXISTS', MEMBERS, id) == 1 and 'here' or gone
  found[position - 3] = { message, by or '', model or '', retracted and '1' or '0', hasEnded, first or '', member or '' }
end
return { 'ok', found }
