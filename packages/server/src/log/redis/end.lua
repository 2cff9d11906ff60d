-- ARGV 1 generation  2 fence, or empty  3 outcome  4 further JSON members  5 the next generation, or empty
--      6 position of the last text, or empty when there is none  7 text  8 kind of its mark  9 digest after it
local generation, fence, outcome, next = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local refusal = notOwner(KEYS[9], fence)
if refusal and refusal[1] == 'ended' and next ~= '' then
  -- Sent again by the connection: what this very call has started is still the caller's to run.
  local mine = redis.call('HGET', KEYS[9], 'next') == next and room('running') == next
  local number = mine and redis.call('STRLEN', KEYS[12]) == 0 and redis.call('HGET', INDEX, 'g:' .. next)
  if number then
    local items = redis.call('XRANGE', ENTRIES, number .. '-0', number .. '-0')
    return { 'ok', list({ refusal[2], items[1][2][2] }), '1' }
  end
end
if refusal then
  return refusal
end
if ARGV[6] ~= '' then
  local fits, stored = grow(KEYS[9], KEYS[10], tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9])
  if not fits then
    return { 'elsewhere', whole(stored) }
  end
end
local started = close(KEYS[9], KEYS[10], generation, outcome, ARGV[4], KEYS[11], next)
show()
return { 'ok', list(written), started and '1' or '0' }
