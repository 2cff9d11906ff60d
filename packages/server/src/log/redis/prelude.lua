-- What the scripts of a room have in common. Put in front of each of them, with the constants of the adapter.
--
-- KEYS  1 room     HASH   epoch, title (JSON), offset, at, running, waits (the question that may start when nothing runs),
--                         before (the epochs that lost tails have ended, the last ones), number (of the generation that
--                         started last), rules (the highest version
--                         of them that has written), ground (offset and fingerprint of the last entry that decisions depend
--                         on), reserved (`<node> <until>`)
--       2 entries  STREAM ids `<offset>-0`; fields `e` (JSON), of a start also `g` (its generation)
--       3 starts   ZSET   offsets of the entries that begin a message
--       4 index    HASH   `m:<message>` -> `<offset> <by>`; `g:<generation>` -> `<offset>`; `<offset>` -> the
--                         offset of what was said about that message later (its end or withdrawal); `e:<offset>` and
--                         `r:<offset>` -> those of its last edit and its retraction; `o:<message>` -> the model (JSON)
--                         that its question asked for; `x:<member>` -> `left` or `removed`
--       5 queue    LIST   of an earlier version
--       6 members  HASH   id -> `"name":…,"role":…`
--       7 commands HASH   `<member> <command>` -> `<type> <first> <last>`, the entries it wrote
--       8 ages     ZSET   the same fields by time
--       9 checkpoint HASH  version, offset, state (JSON); docket (JSON) with its own version, offset and fingerprint
--      10 generations      what the keys of all generations begin with
--         generation HASH  number, message, offset, fence, lease, marks, digest, ended (JSON)
--         reply    STRING  of a generation, with `:reply` behind: the text, UTF-8
-- Where a script is about one generation only, KEYS 9 and 10 are that and its reply.
-- The channel has the name of KEYS[1]. Entries come as JSON in pieces, which are spliced here and never decoded.
local ROOM, ENTRIES, STARTS, INDEX = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local MEMBERS, COMMANDS, AGES = KEYS[6], KEYS[7], KEYS[8]
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

-- What is known of the room as a whole: read once, changed here, and written once at the end (`save`).
local state
local changed = {}

-- A field of the room; false where it has none.
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

-- What tells the entry at an offset from any other that may stand in its place (log/fingerprint.ts); nil where there is none.
local function fingerprintAt(offset)
  local item = redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1]
  return item and redis.sha1hex(item[2][2])
end

-- The last entry that decisions depend on, and what tells it from any other; in a room that an earlier version has
-- written, its last entry.
local function ground()
  local offset, fingerprint = (room('ground') or ''):match('^(%d+) (%x*)$')
  if offset then
    return offset, fingerprint
  end
  return room('offset'), fingerprintAt(room('offset')) or ''
end

-- Until when another than this node has the room to itself; nil when nobody has.
local function reservedByOther(node)
  local holder, till = (room('reserved') or ''):match('^(%S+) (%d+)$')
  return holder and holder ~= node and tonumber(till) > now() and tonumber(till) or nil
end

-- Whoever is far away and loses again and again is waited for. `forMs`: how long, ms; 0 or nil reserves nothing.
local function reserve(node, forMs)
  if tonumber(forMs or 0) > 0 and not reservedByOther(node) then
    set('reserved', node .. ' ' .. whole(now() + tonumber(forMs)))
    save()
  end
end

-- The generation that runs and the number of the last one, whatever can be read of the entry that began it.
local function runs()
  local running = room('running') or ''
  local number = room('number') or (running ~= '' and redis.call('HGET', KEYS[10] .. running, 'number'))
  return running, number or ''
end

-- The entries after an offset, up to another, that one answer holds.
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

-- What to answer to whoever knows the room up to another ground; nil when it is this one. `known`: its epoch, offset and fingerprint, and
-- the last entry that was read, with its fingerprint. Gives the epoch, the ground and its fingerprint; `read` or `ground` where the room goes on
-- from there, else the offset of a docket that was saved, with that, or 0; the next entries from there up to the ground, the
-- last offset of the room, and what runs. KEYS 9 is the checkpoint.
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
    -- A storage that has lost its tail may have kept it all the same.
    local holds = version == DOCKET_VERSION and fingerprintAt(at) == of
    begin, saved = holds and at or '0', holds and redis.call('HGET', KEYS[9], 'docket') or ''
    from = begin
  end
  return { 'moved', epoch, offset, fingerprint, from, saved, between(begin, offset), room('offset'), runs() }
end

-- Writes an entry and gives its offset. `body`: its JSON members after offset and at. `rules`: decisions depend on it.
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
  -- At once: a script that broke off in between would leave a room that takes no entry any more.
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

-- Shows followers what was written.
local function show()
  if #written > 0 then
    publish('e' .. room('epoch') .. '\n' .. list(written))
  end
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
