-- Reads the remaining entries of the last seconds that a node remembers. ARGV 1 the lowest offset that the node remembers
-- 2 the offset up to which it had followed the room  3 the repairing node  4 for how long to reserve the room for it, ms, or 0
-- 5… ids of messages and generations
-- Gives the epoch and the epochs before; the last offset and its fingerprint; the fingerprint at ARGV 2; the entries from
-- ARGV 1 on; for each id its offset as a message, whether that is retracted, its offset as a generation and whether that has
-- ended; and the running generation and its number.
if not exists() then
  return { 'gone' }
end
reserve(ARGV[3], ARGV[4])
local entries, about = {}, {}
for position, item in ipairs(redis.call('XRANGE', ENTRIES, ARGV[1] .. '-0', '+')) do
  entries[position] = { item[1]:match('^%d+'), item[2][2] }
end
for position = 5, #ARGV do
  local id = ARGV[position]
  local message, start = unpack(redis.call('HMGET', INDEX, 'm:' .. id, 'g:' .. id))
  local first = message and message:match('^%d+') or ''
  about[position - 4] = {
    first,
    whole(redis.call('HEXISTS', INDEX, 'r:' .. first)),
    start or '',
    whole(redis.call('HEXISTS', KEYS[10] .. id, 'ended')),
  }
end
local offset = room('offset')
return { 'ok', room('epoch'), room('before') or '', offset, fingerprintAt(offset) or '', fingerprintAt(ARGV[2]) or '', entries, about, runs() }
