-- ARGV 1 version  2 epoch  3 offset  4 state (JSON)  5 the fingerprint of the entry at that offset, or empty if it is not known
-- KEYS 9 is the checkpoint.
if not exists() then
  return refused('room-not-found')
end
local offset = tonumber(ARGV[3])
if room('epoch') ~= ARGV[2] or offset > tonumber(room('offset')) then
  return { 'ok' }
end
-- Redis has lost that entry and has another one at its offset, so the state contains lost entries.
if ARGV[5] ~= '' and fingerprintAt(ARGV[3]) ~= ARGV[5] then
  return { 'ok' }
end
local version, saved = unpack(redis.call('HMGET', KEYS[9], 'version', 'offset'))
if not version or tonumber(ARGV[1]) > tonumber(version) or offset > tonumber(saved) then
  redis.call('HSET', KEYS[9], 'version', ARGV[1], 'offset', ARGV[3], 'state', ARGV[4])
end
return { 'ok' }
