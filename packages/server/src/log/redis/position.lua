-- Where the room stands. KEYS 9 is the beginning of the keys of generations. ARGV 1 an offset. Gives the epoch, the last
-- offset, the bytes of the reply that runs, the fingerprint of the entry at that offset (empty: there is none), that of the last
-- one, and the epochs before.
local epoch, offset, running, before = unpack(redis.call('HMGET', ROOM, 'epoch', 'offset', 'running', 'before'))
if not epoch then
  return { 'gone' }
end
local stored = running == '' and 0 or redis.call('STRLEN', KEYS[9] .. running .. ':reply')
local asked = fingerprintAt(ARGV[1]) or ''
local last = offset == ARGV[1] and asked or fingerprintAt(offset) or ''
return { 'ok', epoch, offset, whole(stored), asked, last, before or '' }
