-- ARGV 1 fence
local refusal = notOwner(KEYS[9], ARGV[1])
if refusal then
  return refusal
end
redis.call('HSET', KEYS[9], 'lease', whole(now() + LEASE_MS))
return { 'ok' }
