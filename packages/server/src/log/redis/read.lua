-- ARGV 1 the only usable version of a checkpoint
-- Gives the epoch, the checkpoint or nothing, and the entries after it; an entry that starts a generation comes with its marks
-- and text. KEYS 9 is the checkpoint, 10 the prefix of the keys of generations.
if not exists() then
  return refused('room-not-found')
end
local from, checkpoint = '0', false
local version, offset = unpack(redis.call('HMGET', KEYS[9], 'version', 'offset'))
if version == ARGV[1] then
  from, checkpoint = offset, redis.call('HGET', KEYS[9], 'state')
end
local entries = {}
for _, item in ipairs(redis.call('XRANGE', ENTRIES, '(' .. from .. '-0', '+')) do
  local generation = item[2][4]
  if generation then
    local key = KEYS[10] .. generation
    local marks = redis.call('HGET', key, 'marks')
    entries[#entries + 1] = { item[2][2], marks, redis.call('GET', key .. ':reply') or '' }
  else
    entries[#entries + 1] = { item[2][2] }
  end
end
return { 'ok', room('epoch'), checkpoint, entries }
