-- What the scripts of a room have in common. Put in front of each of them, with the constants of the adapter.
--
-- KEYS  1 room     HASH   epoch, title, model (both JSON), offset, at, number, running, held,
--                         joined (offset of the last entry that changed members or ended invites), inviters
--                         (`owner`, or nothing: all), before (the epochs that lost tails have ended, the last ones)
--       2 entries  STREAM ids `<offset>-0`; fields `e` (JSON), of a start also `g` (its generation)
--       3 starts   ZSET   offsets of the entries that begin a message
--       4 index    HASH   `m:<message>` -> `<offset> <by>`; `g:<generation>` -> `<offset>`; `<offset>` -> the
--                         offset of what was said about that message later (its end or withdrawal); `e:<offset>` and
--                         `r:<offset>` -> those of its last edit and its retraction; `o:<message>` -> the model (JSON)
--                         that its question asked for; `x:<member>` -> `left` or `removed`
--       5 queue    LIST   ids of the questions that wait
--       6 members  HASH   id -> `"name":…,"role":…`
--       7 commands HASH   `<member> <command>` -> `<type> <first> <last>`, the entries it wrote
--       8 ages     ZSET   the same fields by time
--       9 generation HASH number, message, offset, fence, lease, marks, digest, ended (JSON)
--      10 reply    STRING the text, UTF-8
--      11, 12      the same of the generation that may follow
-- The channel has the name of KEYS[1]. JSON comes in pieces and is spliced here, never decoded.
local ROOM, ENTRIES, STARTS, INDEX = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local QUEUE, MEMBERS, COMMANDS, AGES = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local written = {}
-- The time of an entry that had been written before and was lost.
local writtenOnce
local clock

-- Milliseconds of the storage's clock: the only one that times are compared by.
local function now()
  if not clock then
    local time = redis.call('TIME')
    clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  end
  return clock
end

local function whole(number)
  return string.format('%.0f', number)
end

local function refused(code)
  return { 'refused', code }
end

local function exists()
  return redis.call('EXISTS', ROOM) == 1
end

local function room(field)
  return redis.call('HGET', ROOM, field)
end

-- What tells the entry at an offset from any other that may stand in its place (recent.ts); nil where there is none.
local function markAt(offset)
  local item = redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1]
  return item and redis.sha1hex(item[2][2])
end

-- Writes an entry and gives its offset. `body`: its JSON members after offset and at.
local function write(body, generation)
  local last, at = unpack(redis.call('HMGET', ROOM, 'offset', 'at'))
  local offset = whole(tonumber(last) + 1)
  at = math.max(writtenOnce or now(), tonumber(at))
  local entry = '{"offset":' .. offset .. ',"at":' .. whole(at) .. ',' .. body .. '}'
  if generation then
    redis.call('XADD', ENTRIES, offset .. '-0', 'e', entry, 'g', generation)
  else
    redis.call('XADD', ENTRIES, offset .. '-0', 'e', entry)
  end
  redis.call('HSET', ROOM, 'offset', offset, 'at', whole(at))
  written[#written + 1] = entry
  return offset
end

local function list(entries)
  return '[' .. table.concat(entries, ',') .. ']'
end

local function publish(message)
  redis.call(PUBLISH, ROOM, message)
end

-- Shows followers what was written.
local function show()
  if #written > 0 then
    publish('e' .. room('epoch') .. '\n' .. list(written))
  end
end

-- The start of a generation that this very call has made before, being sent again by the connection: no other call
-- proposes its id, and nobody has written a word of it. It is still the caller's to run. Nil when there is none.
local function startedBefore(generation, reply)
  if not generation or generation == '' or room('running') ~= generation or redis.call('STRLEN', reply) > 0 then
    return nil
  end
  local offset = redis.call('HGET', INDEX, 'g:' .. generation)
  return redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1][2][2]
end

-- What a command wrote when it was done before, or a refusal; nil when it is new. `proposed`: the generation it
-- would have started, if any.
local function done(member, command, kind, proposed)
  local known = redis.call('HGET', COMMANDS, member .. ' ' .. command)
  if not known then
    return nil
  end
  local type, first, last = known:match('^(%S+) (%d+) (%d+)$')
  if type ~= kind then
    return refused('command-reused')
  end
  local entries = {}
  for _, item in ipairs(redis.call('XRANGE', ENTRIES, first .. '-0', last .. '-0')) do
    entries[#entries + 1] = item[2][2]
  end
  return { 'ok', list(entries), startedBefore(proposed, KEYS[10]) and '1' or '0' }
end

-- Remembers the command that has just written, forgets old ones, shows, and answers.
local function finish(member, command, kind, started)
  local last = tonumber(room('offset'))
  local field = member .. ' ' .. command
  local range = whole(last - #written + 1) .. ' ' .. whole(last)
  redis.call('HSET', COMMANDS, field, kind .. ' ' .. range)
  redis.call('ZADD', AGES, now(), field)
  local old = redis.call('ZRANGEBYSCORE', AGES, '-inf', now() - REMEMBER_MS, 'LIMIT', 0, 10)
  for _, forgotten in ipairs(old) do
    redis.call('HDEL', COMMANDS, forgotten)
    redis.call('ZREM', AGES, forgotten)
  end
  show()
  return { 'ok', list(written), started and '1' or '0' }
end

-- Whether somebody was a member and is none any more.
local function gone(member)
  return redis.call('HEXISTS', INDEX, 'x:' .. member) == 1
end

-- The offset and the author of a message; the offset is nil when it is retracted, both when there is none.
local function posted(message)
  local known = redis.call('HGET', INDEX, 'm:' .. message)
  if not known then
    return nil
  end
  local offset, author = known:match('^(%d+) (.*)$')
  if redis.call('HEXISTS', INDEX, 'r:' .. offset) == 1 then
    return nil, author
  end
  return offset, author
end

-- Takes a question out of the queue; one that is empty then is not held any more. Gives whether it was waiting.
local function unqueue(message)
  if redis.call('LREM', QUEUE, 0, message) == 0 then
    return false
  end
  if redis.call('LLEN', QUEUE) == 0 then
    redis.call('HSET', ROOM, 'held', '0')
  end
  return true
end

local function admit(member, body)
  redis.call('HDEL', INDEX, 'x:' .. member)
  redis.call('HSET', MEMBERS, member, body)
  redis.call('HSET', ROOM, 'joined', write('"type":"member-joined","memberId":"' .. member .. '",' .. body))
end

-- Ends a membership; who leaves does it themselves.
local function dismiss(member, by)
  redis.call('HDEL', MEMBERS, member)
  redis.call('HSET', INDEX, 'x:' .. member, member == by and 'left' or 'removed')
  local offset = write('"type":"member-left","memberId":"' .. member .. '","by":"' .. by .. '"')
  redis.call('HSET', ROOM, 'joined', offset)
  return offset
end

-- Writes what becomes of the invite links.
local function invite(kind, body)
  local offset = write(body)
  if kind == 'invites-ended' then
    redis.call('HSET', ROOM, 'joined', offset)
  end
  return offset
end

-- Whether somebody owns the room. Their role is the last of what is kept of a member, and a name is quoted.
local function owns(member)
  local body = redis.call('HGET', MEMBERS, member)
  return body and body:match('"role":"owner"$') ~= nil
end

-- Changes the settings that a script needs to know; an empty one stays.
local function settle(title, model, inviters)
  if title ~= '' then
    redis.call('HSET', ROOM, 'title', title)
  end
  if model ~= '' then
    redis.call('HSET', ROOM, 'model', model)
  end
  if inviters ~= '' then
    redis.call('HSET', ROOM, 'inviters', inviters)
  end
end

-- Starts a generation. `of` is empty unless it is done again or gone on with.
local function start(key, generation, mode, message, by, of)
  local number = whole(redis.call('HINCRBY', ROOM, 'number', 1))
  redis.call('LREM', QUEUE, 0, message)
  local offset = write(
    '"type":"generation-started","generationId":"' .. generation .. '","number":' .. number
      .. ',"mode":"' .. mode .. '","messageId":"' .. message .. '","by":"' .. by
      .. '","model":' .. (redis.call('HGET', INDEX, 'o:' .. message) or room('model')) .. (of == '' and '' or ',"of":"' .. of .. '"'),
    generation
  )
  redis.call('HSET', key, 'number', number, 'message', message, 'offset', offset, 'fence', number,
    'lease', whole(now() + LEASE_MS), 'marks', '', 'digest', DIGEST_OF_NOTHING)
  redis.call('HSET', ROOM, 'running', generation)
  redis.call('ZADD', STARTS, offset, offset)
  redis.call('HSET', INDEX, 'g:' .. generation, offset)
end

-- Starts the head of the queue, if there is one and nothing runs. Gives whether it did.
local function promote(key, generation)
  local head = redis.call('LINDEX', QUEUE, 0)
  if not head or room('running') ~= '' or room('held') == '1' then
    return false
  end
  local by = redis.call('HGET', INDEX, 'm:' .. head):match('^%d+ (.*)$')
  start(key, generation, 'answer', head, by, '')
  return true
end

-- Marks are kept as `<kind> <from>` joined by commas. One without bytes gives way to the next at its place.
local function mark(marks, kind, at)
  local all = {}
  for one, from in marks:gmatch('(%a+) (%d+)') do
    all[#all + 1] = { one, tonumber(from) }
  end
  if all[#all] and all[#all][1] == kind then
    return marks
  end
  if all[#all] and all[#all][2] == at then
    all[#all] = nil
  end
  if not all[#all] or all[#all][1] ~= kind then
    all[#all + 1] = { kind, at }
  end
  for position, one in ipairs(all) do
    all[position] = one[1] .. ' ' .. whole(one[2])
  end
  return table.concat(all, ',')
end

-- Adds text at byte `at`; the same bytes again are fine, anything else that does not connect is not.
-- Gives whether it fits, and the end.
local function grow(key, reply, at, text, kind, digest)
  local stored, to = redis.call('STRLEN', reply), at + #text
  if stored ~= at then
    local known = to <= stored and (text == '' or redis.call('GETRANGE', reply, at, to - 1) == text)
    return known, stored
  end
  local number, before = unpack(redis.call('HMGET', key, 'number', 'marks'))
  local marks = kind == '' and before or mark(before, kind, at)
  redis.call('HSET', key, 'lease', whole(now() + LEASE_MS))
  if text == '' and marks == before then
    return true, stored
  end
  if text ~= '' then
    redis.call('APPEND', reply, text)
  end
  redis.call('HSET', key, 'marks', marks, 'digest', digest)
  -- Text after a mark without bytes carries it again: no position would tell that it was lost.
  local last, from = marks:match('(%a+) (%d+)$')
  local begins = last and tonumber(from) == at and last or ''
  publish('d' .. number .. ' ' .. whole(at) .. ' ' .. begins .. '\n' .. text)
  return true, to
end

-- Ends a generation, and starts the head of the queue as `next` unless that is empty. Gives whether one started.
local function close(key, reply, generation, outcome, more, nextKey, next)
  local number, digest, began = unpack(redis.call('HMGET', key, 'number', 'digest', 'offset'))
  local held = redis.call('LLEN', QUEUE) > 0 and (outcome == 'cancelled' or room('held') == '1')
  local offset = write(
    '"type":"generation-ended","generationId":"' .. generation .. '","number":' .. number
      .. ',"outcome":"' .. outcome .. '","end":' .. whole(redis.call('STRLEN', reply))
      .. ',"digest":"' .. digest .. '","held":' .. (held and 'true' or 'false') .. more
  )
  redis.call('HSET', key, 'ended', written[#written])
  redis.call('HSET', ROOM, 'running', '', 'held', held and '1' or '0')
  redis.call('HSET', INDEX, began, offset)
  return next ~= '' and promote(nextKey, next)
end

-- Why an owner with this fence may not write; nil when it may. An empty fence is a member's, who may always stop.
local function notOwner(key, fence)
  if not exists() then
    return refused('room-not-found')
  end
  local current, ended = unpack(redis.call('HMGET', key, 'fence', 'ended'))
  if not current then
    return refused('generation-not-found')
  end
  if ended then
    return { 'ended', ended }
  end
  if fence ~= '' and fence ~= current then
    return { 'fenced' }
  end
  return nil
end
