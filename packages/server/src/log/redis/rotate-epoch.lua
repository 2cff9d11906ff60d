-- The storage has lost entries that were followed already: offsets after them would mean something else now. A new
-- epoch makes everybody take the whole room. ARGV 1 epoch  2 offset that was followed  3 new epoch. KEYS 9 is the
-- checkpoint.
if not exists() or room('epoch') ~= ARGV[1] or tonumber(room('offset')) >= tonumber(ARGV[2]) then
  return { 'ok', '0' }
end
redis.call('HSET', ROOM, 'epoch', ARGV[3])
redis.call('DEL', KEYS[9])
publish('e' .. ARGV[3] .. '\n[]')
return { 'ok', '1' }
