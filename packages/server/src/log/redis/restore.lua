-- Restores lost entries in one step with the new epoch, if the room is still in the state that standing.lua read.
--
-- ARGV 1 JSON (repair/restoring.ts)  2… the JSON members of each entry or the text of each piece, in order
-- KEYS 9 is the checkpoint.
local asked = cjson.decode(ARGV[1])
local isNew = not exists()
if isNew ~= (asked.makes == true) then
  return { 'moved' }
end
if not isNew and (room('epoch') ~= asked.epoch or room('offset') ~= asked.offset or (fingerprintAt(asked.offset) or '') ~= asked.fingerprint) then
  return { 'moved' }
end
if isNew then
  make(asked.turns)
end
-- Nodes that know only an earlier epoch find it in `before`. The checkpoint and the docket may contain lost entries.
if asked.turns then
  set('epoch', asked.turns)
  set('before', asked.before)
  redis.call('DEL', KEYS[9])
end
set('title', asked.front.title)
set('waits', asked.front.waits)
if not reservedByOther(asked.node) then
  set('reserved', '')
end
local began = tonumber(room('offset'))

-- Restores text of a generation that has not ended.
local function text(piece, bytes)
  local key = GENERATIONS .. piece.of
  local known, ended = unpack(redis.call('HMGET', key, 'number', 'ended'))
  if not known or ended then
    return
  end
  -- Followers must hear of its start first.
  if not asked.turns then
    show()
    written = {}
  end
  grow(key, key .. ':reply', piece.at, bytes, piece.mark, piece.digest)
end

-- Removes text beyond the end that was shown: the answer was stopped there.
local function cut(generation, to, digest)
  local key = GENERATIONS .. generation
  local reply, kept = key .. ':reply', {}
  if redis.call('STRLEN', reply) <= to then
    return
  end
  for kind, from in redis.call('HGET', key, 'marks'):gmatch('(%a+) (%d+)') do
    if tonumber(from) < to then
      kept[#kept + 1] = kind .. ' ' .. from
    end
  end
  if to == 0 then
    redis.call('DEL', reply)
  else
    redis.call('SET', reply, redis.call('GETRANGE', reply, 0, to - 1))
  end
  redis.call('HSET', key, 'marks', table.concat(kept, ','), 'digest', digest)
end

local places = {}
for position, step in ipairs(asked.steps) do
  if step.text then
    text(step.text, ARGV[position + 1])
  else
    if step.cut then
      cut(step.card.ends, step.cut.to, step.cut.digest)
    end
    writtenOnce = step.at
    places[position] = tonumber(put(step.card, ARGV[position + 1]))
  end
end
-- Remembers the commands that wrote these entries, if the entries of a command have adjacent offsets.
local remembered = 0
for _, command in ipairs(asked.done) do
  local first, last = command.first.offset or places[command.first.step], command.last.offset or places[command.last.step]
  if last - first == command.count - 1 and redis.call('HEXISTS', COMMANDS, command.field) == 0 then
    remember(command, first, last)
    remembered = remembered + 1
  end
end
save()
if asked.turns then
  publish('e' .. asked.turns .. '\n[]')
else
  show()
end
return { 'ok', whole(tonumber(room('offset')) - began), whole(remembered) }
