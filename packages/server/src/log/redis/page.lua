-- ARGV 1 offset to read before  2 how many messages  3… kinds of later entries
-- KEYS 9 is the prefix of the keys of generations.
-- Gives the newest of those messages, newest first, each with the later entries about it, and whether there are more.
if not exists() then
  return refused('room-not-found')
end
local limit = tonumber(ARGV[2])
local offsets = redis.call('ZREVRANGEBYSCORE', STARTS, '(' .. ARGV[1], '-inf', 'LIMIT', 0, limit + 1)
local earlier = #offsets > limit
local entries = {}
local function add(offset)
  local item = redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1][2]
  if item[4] then
    local key = KEYS[9] .. item[4]
    local marks = redis.call('HGET', key, 'marks')
    entries[#entries + 1] = { item[2], marks, redis.call('GET', key .. ':reply') or '' }
  else
    entries[#entries + 1] = { item[2] }
  end
end
for position = 1, math.min(#offsets, limit) do
  add(offsets[position])
  local first = offsets[position]
  for kind = 3, #ARGV do
    local later = redis.call('HGET', INDEX, ARGV[kind] .. first)
    if later then
      add(later)
    end
  end
end
return { 'ok', earlier and '1' or '0', entries }
