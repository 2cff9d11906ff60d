-- The storage has lost an entry that was followed already; perhaps another one stands in its place by now. A new epoch
-- makes everybody take the whole room. ARGV 1 epoch  2 offset that was followed  3 when that entry was written
-- 4 new epoch. KEYS 9 is the checkpoint.
if not exists() or room('epoch') ~= ARGV[1] or writtenAt(ARGV[2]) == ARGV[3] then
  return { 'ok', '0' }
end
redis.call('HSET', ROOM, 'epoch', ARGV[4])
redis.call('DEL', KEYS[9])
publish('e' .. ARGV[4] .. '\n[]')
return { 'ok', '1' }
