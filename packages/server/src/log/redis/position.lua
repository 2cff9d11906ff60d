-- The position of the room. KEYS 9 is the prefix of the keys of generations. ARGV 1 an offset. Gives the epoch, the last
-- offset, the number of bytes of the running reply, the fingerprint of the entry at the given offset (empty: there is
-- none), the fingerprint of the last entry, and the epochs before.
local epoch, offset, running, before = unpack(redis.call('HMGET', ROOM, 'epoch', 'offset', 'running', 'before'))
if not epoch then
  return { 'gone' }
end
local stored = running == '' and 0 or redis.call('STRLEN', KEYS[9] .. running .. ':reply')
local asked = fingerprintAt(ARGV[1]) or ''
local last = offset == ARGV[1] and asked or fingerprintAt(offset) or ''
return { 'ok', epoch, offset, whole(stored), asked, last, before or '' }
