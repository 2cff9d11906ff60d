-- ARGV 1 fence  2 at  3 text  4 kind of the mark, or empty  5 digest of the whole text including this one
local refusal = notOwner(KEYS[9], ARGV[1])
if refusal then
  return refusal
end
local fits, stored = grow(KEYS[9], KEYS[10], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5])
return { fits and 'ok' or 'elsewhere', whole(stored) }
