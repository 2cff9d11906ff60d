-- The entries that a docket is folded from. ARGV 1 version of a saved one that counts  2 offset up to which it is folded already, or
-- empty: it is begun  3 the mark of the entry there. KEYS 9 is the checkpoint.
-- Gives the epoch, the ground and its mark, the saved docket or nothing, the next entries, the last offset of the
-- room, and the generation that runs with its number.
if not exists() then
  return refused('room-not-found')
end
local from, saved, epoch = ARGV[2], '', room('epoch')
-- Between two calls the storage has lost what was folded: it is to be begun again.
if from ~= '' and markAt(from) ~= ARGV[3] then
  epoch = ''
end
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
return { 'ok', epoch, offset, mark, saved, entries, room('offset'), runs() }
