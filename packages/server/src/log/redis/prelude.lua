-- Shared by all scripts about a room, and put in front of each of them, with the constants of the adapter.
--
-- KEYS  1 room     HASH   epoch, title (JSON), offset, at, running, waits (the question that may start when nothing runs),
--                         before (the latest epochs that ended because a tail was lost), number (of the generation that
--                         started last), rules (the highest version of the rules that has written in the room), ground
--                         (offset and fingerprint of the last entry that decisions depend on), reserved (`<node> <until>`)
--       2 entries  STREAM ids `<offset>-0`; fields `e` (JSON), of a start also `g` (its generation)
--       3 starts   ZSET   offsets of the entries that begin a message
--       4 index    HASH   `m:<message>` -> `<offset> <by>`; `g:<generation>` -> `<offset>`; `<offset>` -> the
--                         offset of the later entry about the message or generation that began there (its withdrawal or
--                         end); `e:<offset>` and `r:<offset>` -> the offsets of its last edit and its retraction;
--                         `o:<message>` -> the model (JSON) chosen for the question; `x:<member>` -> `left` or `removed`
--       5 queue    LIST   used by an earlier version
--       6 members  HASH   id -> `"name":…,"role":…`
--       7 commands HASH   `<member> <command>` -> `<type> <first> <last>`: the offsets of the entries it wrote
--       8 ages     ZSET   the same fields, by time
--       9 checkpoint HASH  version, offset, state (JSON); docket (JSON) with its own version, offset and fingerprint
--      10 generations      prefix of the keys of all generations
--         generation HASH  number, message, offset, fence, lease, marks, digest, ended (JSON)
--         reply    STRING  the key of the generation followed by `:reply`: the text, UTF-8
-- In a script about one generation, KEYS 9 and 10 are that generation and its reply.
-- The channel has the name of KEYS[1]. Entries arrive as pieces of JSON, which are joined here and never decoded.
local ROOM, ENTRIES, STARTS, INDEX = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local MEMBERS, COMMANDS, AGES = KEYS[6], KEYS[7], KEYS[8]
local written = {}
-- The original time of a lost entry that is being restored.
local writtenOnce
local clock

-- The time in ms by the clock of Redis: the only clock by which times are compared.
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

-- The fields of the room's hash: read once, changed here, and written back by `save`.
local state
local changed = {}

-- A field of the room; false: it has none.
local function room(field)
  if not state then
    local flat = redis.call('HGETALL', ROOM)
    state = {}
    for position = 1, #flat, 2 do
      state[flat[position]] = flat[position + 1]
    end
  end
  return state[field] or false
end

local function exists()
  return room('epoch') ~= false
end

local function set(field, value)
  if room(field) ~= value then
    state[field], changed[field] = value, value
  end
end

local function save()
  local flat = {}
  for field, value in pairs(changed) do
    flat[#flat + 1], flat[#flat + 2] = field, value
  end
  changed = {}
  if #flat > 0 then
    redis.call('HSET', ROOM, unpack(flat))
  end
end

-- The fingerprint of the entry at an offset (log/fingerprint.ts); nil: there is no entry.
local function fingerprintAt(offset)
  local item = redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1]
  return item and redis.sha1hex(item[2][2])
end

-- Offset and fingerprint of the last entry that decisions depend on; in a room that an earlier version has written, of its
-- last entry.
local function ground()
  local offset, fingerprint = (room('ground') or ''):match('^(%d+) (%x*)$')
  if offset then
    return offset, fingerprint
  end
  return room('offset'), fingerprintAt(room('offset')) or ''
end

-- Until when the room is reserved for another node; nil: it is not.
local function reservedByOther(node)
  local holder, till = (room('reserved') or ''):match('^(%S+) (%d+)$')
  return holder and holder ~= node and tonumber(till) > now() and tonumber(till) or nil
end

-- Reserves the room for a node that keeps losing, such as one far from Redis. `forMs`: for how long, ms; 0 or nil: not at all.
local function reserve(node, forMs)
  if tonumber(forMs or 0) > 0 and not reservedByOther(node) then
    set('reserved', node .. ' ' .. whole(now() + tonumber(forMs)))
    save()
  end
end

-- The running generation and the number of the last one, even if the entry that began it cannot be read.
local function runs()
  local running = room('running') or ''
  local number = room('number') or (running ~= '' and redis.call('HGET', KEYS[10] .. running, 'number'))
  return running, number or ''
end

-- The entries after an offset up to another, as many as fit in one answer.
local function between(offset, last)
  local entries, bytes = {}, 0
  for position, item in ipairs(redis.call('XRANGE', ENTRIES, '(' .. offset .. '-0', last .. '-0', 'COUNT', MOST_BEHIND)) do
    bytes = bytes + #item[2][2]
    if position > 1 and bytes > MOST_BYTES_BEHIND then
      break
    end
    entries[position] = item[2][2]
  end
  return entries
end

-- The answer to a caller that knows the room up to another ground; nil: its ground is the present one. `known`: the epoch,
-- offset and fingerprint of the caller's ground, and the last entry it has read, with its fingerprint. Gives the epoch, the
-- ground and its fingerprint; `read` or `ground` if the history continues from there, else the offset of a saved docket,
-- followed by that docket, or 0; the next entries from there up to the ground; the last offset of the room, and the running
-- generation. KEYS 9 is the checkpoint.
local function moved(known)
  local epoch, offset, fingerprint = room('epoch'), ground()
  local goesOn = epoch == known.epoch
  if goesOn and offset == known.offset and fingerprint == known.fingerprint then
    return nil
  end
  local from, saved, begin
  if goesOn and (fingerprintAt(known.read) or '') == known.readFingerprint then
    from, saved, begin = 'read', '', known.read
  elseif goesOn and (fingerprintAt(known.offset) or '') == known.fingerprint then
    from, saved, begin = 'ground', '', known.offset
  else
    local version, at, of = unpack(redis.call('HMGET', KEYS[9], 'docket-version', 'docket-offset', 'docket-mark'))
    -- A Redis that has lost the tail of the room may still have a docket that was saved after it.
    local holds = version == DOCKET_VERSION and fingerprintAt(at) == of
    begin, saved = holds and at or '0', holds and redis.call('HGET', KEYS[9], 'docket') or ''
    from = begin
  end
  return { 'moved', epoch, offset, fingerprint, from, saved, between(begin, offset), room('offset'), runs() }
end

-- Writes an entry and gives its offset. `body`: its JSON members after offset and at. `rules`: whether decisions depend on it.
local function write(body, generation, rules)
  local offset = whole(tonumber(room('offset')) + 1)
  local at = math.max(writtenOnce or now(), tonumber(room('at')))
  local entry = '{"offset":' .. offset .. ',"at":' .. whole(at) .. ',' .. body .. '}'
  if generation then
    redis.call('XADD', ENTRIES, offset .. '-0', 'e', entry, 'g', generation)
  else
    redis.call('XADD', ENTRIES, offset .. '-0', 'e', entry)
  end
  set('offset', offset)
  set('at', whole(at))
  if rules then
    set('ground', offset .. ' ' .. redis.sha1hex(entry))
  end
  -- Saved at once: a script that broke off in between would leave a room that can take no more entries.
  save()
  written[#written + 1] = entry
  return offset
end

local function list(entries)
  return '[' .. table.concat(entries, ',') .. ']'
end

local function publish(message)
  redis.call(PUBLISH, ROOM, message)
end

-- Publishes the written entries to followers.
local function show()
  if #written > 0 then
    publish('e' .. room('epoch') .. '\n' .. list(written))
  end
end

-- Adds a mark. Marks are kept as `<kind> <from>` joined by commas. A mark without bytes is replaced by the next one there.
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

-- Adds text at byte `at`. Bytes that are already there are accepted; any other text that does not connect is not.
-- Gives whether the text fits, and where the reply ends.
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
  -- The first text after a mark without bytes carries the mark again: no position would show that it was lost.
  local last, from = marks:match('(%a+) (%d+)$')
  local begins = last and tonumber(from) == at and last or ''
  publish('d' .. number .. ' ' .. whole(at) .. ' ' .. begins .. '\n' .. text)
  return true, to
end

-- Why a caller with this fence may not write; nil: it may. A member who stops an answer has an empty fence, which is always
-- valid.
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
