-- The work to be done in a room that may have no living owner. KEYS 10 is the beginning of the keys of generations.
-- Gives the generation whose owner has not shown itself for a whole lease, with the time of that look, or the question that
-- waits without a reason; one without a name where only the entries tell, in a room that an earlier version has written.
local running = exists() and room('running') or nil
if not running then
  return { 'idle' }
end
if running == '' then
  local head = room('waits')
  return { head == '' and 'idle' or 'waits', head or '' }
end
local key = KEYS[10] .. running
local lease = tonumber(redis.call('HGET', key, 'lease'))
-- A clock that was set back makes leases longer than they can be.
if lease > now() + LEASE_MS then
  redis.call('HSET', key, 'lease', whole(now() + LEASE_MS))
end
return { lease < now() and 'lapsed' or 'lives', running, whole(now()) }
