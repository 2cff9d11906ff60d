-- What a docket is folded from. ARGV 1 version of a saved one that counts  2 offset up to which it is folded already, or
-- empty: it is begun. KEYS 9 is the checkpoint.
-- Gives the epoch, the ground and its mark, the saved docket or nothing, the next entries, the last offset of the
-- room, and the generation that runs with its number.
if not exists() then
  return refused('room-not-found')
end
local from, saved = ARGV[2], ''
if from == '' then
  local version, offset, mark = unpack(redis.call('HMGET', KEYS[9], 'docket-version', 'docket-offset', 'docket-mark'))
  -- A storage that has lost its tail may have kept it all the same.
  local holds = version == ARGV[1] and markAt(offset) == mark
  from, saved = holds and offset or '0', holds and redis.call('HGET', KEYS[9], 'docket') or ''
end
local entries = {}
for position, item in ipairs(redis.call('XRANGE', ENTRIES, '(' .. from .. '-0', '+', 'COUNT', MOST_BEHIND)) do
  entries[position] = item[2][2]
end
local offset, mark = ground()
return { 'ok', room('epoch'), offset, mark, saved, entries, room('offset'), runs() }
