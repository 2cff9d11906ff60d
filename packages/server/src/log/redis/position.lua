-- Where the room stands. KEYS 9 is the beginning of the keys of generations.
local epoch, offset, running = unpack(redis.call('HMGET', ROOM, 'epoch', 'offset', 'running'))
if not epoch then
  return { 'gone' }
end
local stored = running == '' and 0 or redis.call('STRLEN', KEYS[9] .. running .. ':reply')
return { 'ok', epoch, offset, whole(stored) }
