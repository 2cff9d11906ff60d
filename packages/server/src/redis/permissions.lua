#!lua flags=allow-oom
-- Tries each command on an unused key, and gives the names of the commands that the user may not run. Other results of a
-- command do not matter.
-- KEYS 1 a key that nothing else uses  ARGV the commands with their values after the key, as `<name> <count> <values…>`
local denied = {}
local at = 1
while at <= #ARGV do
  local name, count = ARGV[at], tonumber(ARGV[at + 1])
  local values = {}
  for index = 1, count do
    values[index] = ARGV[at + 1 + index]
  end
  local answer = redis.pcall(name, unpack(values))
  if type(answer) == 'table' and answer.err and answer.err:find('executing the script can') then
    denied[#denied + 1] = name
  end
  at = at + 2 + count
end
redis.pcall('DEL', KEYS[1])
return denied
