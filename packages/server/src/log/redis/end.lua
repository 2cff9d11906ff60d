-- ARGV 1 generation  2 fence, or empty  3 outcome  4 further JSON members  5 the next generation, or empty
--      6 position of the last text, or empty when there is none  7 text  8 kind of its mark  9 digest after it
--      10 the member who stops it, or empty
local generation, fence, outcome, next = ARGV[1], ARGV[2], ARGV[3], ARGV[5]
local refusal = notOwner(KEYS[9], fence)
if gone(ARGV[10]) then
  return refused('removed')
end
local mine = refusal and refusal[1] == 'ended' and startedBefore(next, KEYS[12])
if mine then
  return { 'ok', list({ refusal[2], mine }), '1' }
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
