-- Ends what no living owner runs, and starts what waits without a reason to wait if the caller has an id for it.
-- ARGV 1 the generation the caller believes to run, or empty (KEYS 9, 10)  2 id for the next (KEYS 11, 12), or empty
--      3 JSON members of the end  4 the time of the storage when the caller looked; much later it may not act, since
--      the storage has been away meanwhile and no owner could renew its lease  5 whose question may start, with 2
if not exists() then
  return { 'idle' }
end
if now() > tonumber(ARGV[4]) + FRESH_MS then
  return { 'stale', whole(now()) }
end
local mine = startedBefore(ARGV[2], KEYS[12])
if mine then
  return { 'started', list({ mine }), '1' }
end
local running = room('running')
if running ~= ARGV[1] then
  return { 'look', running }
end
if running ~= '' then
  local lease = tonumber(redis.call('HGET', KEYS[9], 'lease'))
  -- A clock that was set back makes leases longer than they can be.
  if lease > now() + LEASE_MS then
    redis.call('HSET', KEYS[9], 'lease', whole(now() + LEASE_MS))
  end
  if lease >= now() then
    return { 'busy' }
  end
  close(KEYS[9], KEYS[10], running, 'interrupted', ARGV[3], KEYS[11], '')
end
local head = redis.call('LINDEX', QUEUE, 0)
if not head or room('held') == '1' then
  show()
  return { 'idle', list(written), '0' }
end
local offset, by = redis.call('HGET', INDEX, 'm:' .. head):match('^(%d+) (.*)$')
if ARGV[2] ~= '' and by == ARGV[5] then
  promote(KEYS[11], ARGV[2])
  show()
  return { 'started', list(written), '1' }
end
show()
local asked = redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1][2][2]
return { 'waits', list(written), '0', by, asked:match('"at":(%d+)') }
