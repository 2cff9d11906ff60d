-- If the storage has lost its tail, the room gets a new epoch, so that everybody takes the whole room; and what the caller
-- knows of the last seconds is written again where it is missing, in its order, with the same ids. Others may have
-- written meanwhile, and other nodes may do this too: what is there stays, and nothing is written twice.
--
-- ARGV 1 epoch that was followed  2 offset that was followed  3 mark of the entry there  4 a new epoch
--      5 whether the storage had that epoch for certain: one that it does not know any more, it has lost
--      from 6 on, eleven for each thing: type, its offset and time, JSON members, and seven more by type
-- KEYS 9 is the checkpoint, 10 the beginning of the keys of generations.
-- Gives: whether it turned to the new epoch, entries written again, entries without a place.
local MOST_BEFORE = 400
local EPOCH, NEW, FIRST, WIDTH, GENERATIONS = ARGV[1], ARGV[4], 6, 11, KEYS[10]
local turned, made = false, false

-- The room has the new epoch from now on. Whoever comes from one before is known by `before`, the last ones.
local before = room('before') or ''
local function turn(ended)
  redis.call('HSET', ROOM, 'epoch', NEW, 'before', (before .. ' ' .. ended):sub(-MOST_BEFORE))
  redis.call('DEL', KEYS[9])
  turned = true
end

if not exists() then
  if ARGV[FIRST] ~= 'room-created' then
    return { 'gone' }
  end
  turned, made = true, true
  redis.call('HSET', ROOM, 'epoch', NEW, 'before', EPOCH, 'title', ARGV[FIRST + 4], 'model', ARGV[FIRST + 5],
    'offset', 0, 'at', 0, 'number', 0, 'running', '', 'held', '0')
elseif room('epoch') == EPOCH then
  if markAt(ARGV[2]) == ARGV[3] then
    return { 'ok', '0', '0', '0' }
  end
  turn(EPOCH)
elseif not (' ' .. before .. ' '):find(' ' .. EPOCH .. ' ', 1, true) then
  if ARGV[5] == '0' then
    return { 'other' }
  end
  turn(room('epoch') .. ' ' .. EPOCH)
end
local began = tonumber(room('offset'))
local placed, missing = {}, 0

-- Where an entry like this stands, at its old offset or later.
local function standing(one)
  for _, item in ipairs(redis.call('XRANGE', ENTRIES, one.offset .. '-0', '+')) do
    if item[2][2]:match('^{"offset":%d+,"at":%d+,(.*)}$') == one.body then
      return item[1]:match('^%d+')
    end
  end
end

-- Each gives where its entry stands now, or nil when there is no place for it any more.
local again = {}

again['room-created'] = function(one)
  return made and write(one.body) or '1'
end

again['member-joined'] = function(one, member, body)
  local known = standing(one)
  if known then
    return known
  end
  if redis.call('HGET', INDEX, 'x:' .. member) == 'removed' then
    return nil
  end
  admit(member, body)
  return room('joined')
end

again['member-left'] = function(one, member, by)
  local known = standing(one)
  if known or redis.call('HEXISTS', MEMBERS, member) == 0 then
    return known
  end
  return dismiss(member, by)
end

again['settings-changed'] = function(one, title, model, inviters)
  local known = standing(one)
  if known then
    return known
  end
  settle(title, model, inviters)
  return write(one.body)
end

again['invite-made'] = function(one)
  return standing(one) or invite('invite-made', one.body)
end

again['invites-ended'] = function(one)
  return standing(one) or invite('invites-ended', one.body)
end

again['message-posted'] = function(one, message, by, model)
  local known = redis.call('HGET', INDEX, 'm:' .. message)
  if known then
    return known:match('^%d+')
  end
  local offset = write(one.body)
  redis.call('ZADD', STARTS, offset, offset)
  redis.call('HSET', INDEX, 'm:' .. message, offset .. ' ' .. by)
  if model ~= '' then
    redis.call('HSET', INDEX, 'o:' .. message, model)
  end
  return offset
end

again['message-edited'] = function(one, message)
  local known, offset = standing(one), posted(message)
  if known or not offset then
    return known
  end
  local edited = write(one.body)
  redis.call('HSET', INDEX, 'e:' .. offset, edited)
  return edited
end

again['message-retracted'] = function(one, message)
  local known, offset = standing(one), posted(message)
  if known or not offset then
    return known
  end
  unqueue(message)
  local retracted = write(one.body)
  redis.call('HSET', INDEX, 'r:' .. offset, retracted)
  return retracted
end

again['question-queued'] = function(one, message)
  local known = standing(one)
  if known or redis.call('LPOS', QUEUE, message) then
    return known
  end
  redis.call('RPUSH', QUEUE, message)
  return write(one.body)
end

again['question-withdrawn'] = function(one, message)
  local known = standing(one)
  if known then
    return known
  end
  if not unqueue(message) then
    return nil
  end
  local offset = write(one.body)
  redis.call('HSET', INDEX, redis.call('HGET', INDEX, 'm:' .. message):match('^%d+'), offset)
  return offset
end

again['queue-resumed'] = function(one)
  local known = standing(one)
  if known or room('held') ~= '1' then
    return known
  end
  redis.call('HSET', ROOM, 'held', '0')
  return write(one.body)
end

-- Its owner goes on with it. Where another runs by now, its question waits, unless it had `ended`.
again['generation-started'] = function(_, generation, mode, message, by, of, fence, ended)
  local known = redis.call('HGET', INDEX, 'g:' .. generation)
  if known then
    return known
  end
  if room('running') == '' then
    start(GENERATIONS .. generation, generation, mode, message, by, of)
    redis.call('HSET', GENERATIONS .. generation, 'fence', fence)
    return redis.call('HGET', INDEX, 'g:' .. generation)
  end
  if ended == '0' and mode == 'answer' and not redis.call('LPOS', QUEUE, message) then
    redis.call('RPUSH', QUEUE, message)
    write('"type":"question-queued","messageId":"' .. message .. '"')
  end
  return nil
end

-- Its text has been added before. What is beyond the end that was shown goes: it was stopped there.
again['generation-ended'] = function(_, generation, outcome, more, digest, finish)
  local key = GENERATIONS .. generation
  local reply, to = key .. ':reply', tonumber(finish)
  local number, ended, marks = unpack(redis.call('HMGET', key, 'number', 'ended', 'marks'))
  if ended or not number then
    return ended and ended:match('^{"offset":(%d+)')
  end
  if redis.call('STRLEN', reply) > to then
    local kept = {}
    for kind, from in marks:gmatch('(%a+) (%d+)') do
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
  close(key, reply, generation, outcome, more, '', '')
  return room('offset')
end

local function text(generation, at, bytes, kind, digest)
  local key = GENERATIONS .. generation
  local known, ended = unpack(redis.call('HMGET', key, 'number', 'ended'))
  if not known or ended then
    return
  end
  -- Followers have to know of its start first.
  if not turned then
    show()
    written = {}
  end
  grow(key, key .. ':reply', tonumber(at), bytes, kind, digest)
end

-- Remembers a command by the entries it wrote, the things `from` to `to`.
local function remember(field, kind, from, to)
  local first, last = tonumber(placed[tonumber(from)]), tonumber(placed[tonumber(to)])
  if first and last and last - first == tonumber(to) - tonumber(from) then
    if redis.call('HSETNX', COMMANDS, field, kind .. ' ' .. whole(first) .. ' ' .. whole(last)) == 1 then
      redis.call('ZADD', AGES, now(), field)
    end
  end
end

for position = FIRST, #ARGV, WIDTH do
  local type, offset, time, body, a, b, c, d, e, f, g = unpack(ARGV, position, position + WIDTH - 1)
  if type == 'text' then
    text(a, b, body, c, d)
  elseif type == 'command' then
    remember(a, b, c, d)
  else
    writtenOnce = tonumber(time)
    -- How to write one again that came with a later version, only a later program knows.
    local place = again[type] and again[type]({ offset = offset, body = body }, a, b, c, d, e, f, g)
    placed[#placed + 1] = place or false
    missing = missing + (place and 0 or 1)
  end
end
if turned then
  publish('e' .. NEW .. '\n[]')
else
  show()
end
return { 'ok', turned and '1' or '0', whole(tonumber(room('offset')) - began), whole(missing) }
