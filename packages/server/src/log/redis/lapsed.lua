-- Checks whether a room needs recovery. KEYS 10 is the prefix of the keys of generations.
-- Gives the generation whose lease has run out, with the time of this check, or the question that waits although nothing
-- runs. The id of the question is empty in a room written by an earlier version, in which only the entries tell.
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
-- If the clock was set back, the lease would be too long.
if lease > now() + LEASE_MS then
  redis.call('HSET', key, 'lease', whole(now() + LEASE_MS))
end
return { lease < now() and 'lapsed' or 'lives', running, whole(now()) }
