-- Nothing runs in a room any more, unless it was touched meanwhile. KEYS 1 as above. ARGV 1 room  2 touches seen
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return { 'ok' }
