-- Where the room stands. KEYS 9 is the beginning of the keys of generations. ARGV 1 an offset. Gives the epoch, the last
-- offset, the bytes of the reply that runs, when the entry at that offset was written (empty: there is none), and the
-- last one.
local epoch, offset, running, at = unpack(redis.call('HMGET', ROOM, 'epoch', 'offset', 'running', 'at'))
if not epoch then
  return { 'gone' }
end
local stored = running == '' and 0 or redis.call('STRLEN', KEYS[9] .. running .. ':reply')
return { 'ok', epoch, offset, whole(stored), writtenAt(ARGV[1]) or '', at }
