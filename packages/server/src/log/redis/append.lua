-- Writes entries that were decided on the present ground, or answers with the entries that have come since.
--
-- ARGV 1 JSON (append-request.ts)  2… the JSON members of each entry, in order; then the last text of the generation that ends
-- KEYS 9 is the checkpoint, 10 the prefix of the keys of generations.
-- All checks come before the first entry is written: a script that broke off after it would leave an append half done. Writes
-- before that only record a command that was done, reserve the room, or add the last text.
local asked = cjson.decode(ARGV[1])
local ends = asked.ends

-- The start entry that an earlier try of this same call wrote: no other call proposes the id, and the generation has no text
-- yet, so the caller still has to run it. Nil: there is none.
local function startedBefore(generation)
  if not generation or room('running') ~= generation or redis.call('STRLEN', GENERATIONS .. generation .. ':reply') > 0 then
    return nil
  end
  local offset = redis.call('HGET', INDEX, 'g:' .. generation)
  return redis.call('XRANGE', ENTRIES, offset .. '-0', offset .. '-0')[1][2][2]
end

-- After a loss another node may have restored the entries of a command without knowing the command.
local function rememberRestored(command)
  local known = command.begins and redis.call('HGET', INDEX, command.begins)
  if known and known:match('^%d+ (.*)$') == command.by then
    local first = tonumber(known:match('^%d+'))
    local item = redis.call('XRANGE', ENTRIES, whole(first + 1) .. '-0', whole(first + 1) .. '-0')[1]
    local follows = item and item[2][2]:find('"' .. command.begins:sub(3) .. '"', 1, true)
    remember(command, first, follows and first + 1 or first)
    return redis.call('HGET', COMMANDS, command.field)
  end
end

-- The answer of a command that was done before; nil for a new command.
local function doneBefore(command)
  if not command.field then
    local start = startedBefore(command.proposes)
    return start and { 'ok', list({ start }), '1' }
  end
  local before = redis.call('HGET', COMMANDS, command.field) or rememberRestored(command)
  if not before then
    return nil
  end
  local kind, first, last = before:match('^(%S+) (%d+) (%d+)$')
  if kind ~= command.kind then
    return refused('command-reused')
  end
  local entries = {}
  for _, item in ipairs(redis.call('XRANGE', ENTRIES, first .. '-0', last .. '-0')) do
    entries[#entries + 1] = item[2][2]
  end
  return { 'ok', list(entries), startedBefore(command.proposes) and '1' or '0' }
end

-- Why the generation cannot end; nil: it can, and its last text has been added.
local function unended()
  local key = GENERATIONS .. ends.id
  local refusal = notOwner(key, ends.fence or '')
  if refusal and refusal[1] == 'ended' then
    return { 'ended', refusal[2], startedBefore(ends.next) or '' }
  end
  if refusal then
    return refusal
  end
  if room('running') ~= ends.id then
    return refused('generation-not-found')
  end
  -- Long after the check of the lease no owner counts as dead: Redis may have been unreachable, so that no owner could renew.
  if ends.looked and now() > ends.looked + FRESH_MS then
    return { 'stale', whole(now()) }
  end
  if ends.looked and tonumber(redis.call('HGET', key, 'lease')) >= now() then
    return { 'lives' }
  end
  if not ends.at then
    return nil
  end
  local fits, stored = grow(key, key .. ':reply', ends.at, ARGV[#ARGV - 1], ends.mark, ends.digest)
  return not fits and { 'elsewhere', whole(stored) } or nil
end

local isNew = not exists()
if isNew and not asked.creates then
  return refused('room-not-found')
end
local answers, anyDone = {}, false
for position, command in ipairs(asked.commands) do
  local before = doneBefore(command)
  answers[position] = before or ''
  anyDone = anyDone or before
end
if anyDone then
  return { 'done', answers }
end
if asked.creates and not isNew then
  return refused('internal')
end
-- In a room written by later rules, a node with older rules may only end generations.
local rules = tonumber(room('rules') or 0)
if not asked.first and rules > asked.rules then
  return refused('storage-unavailable')
end
local behind = not isNew and moved(asked)
if behind then
  reserve(asked.node, asked.reserves)
  return behind
end
local till = not asked.first and reservedByOther(asked.node)
if till then
  return { 'reserved', whole(till - now()) }
end
local starts, writes = false, false
for _, command in ipairs(asked.commands) do
  for _, card in ipairs(command.cards) do
    starts, writes = starts or card.starts, true
  end
end
if starts and not ends and not isNew and room('running') ~= '' then
  return refused('generation-running')
end
local refusal = ends and unended()
if refusal then
  return refusal
end

-- From here on entries are written.
if isNew then
  make(asked.epoch)
elseif not room('ground') then
  set('ground', asked.offset .. ' ' .. asked.fingerprint)
end
if writes then
  set('rules', whole(math.max(rules, asked.rules)))
  set('title', asked.front.title)
  set('waits', asked.front.waits)
end
if not reservedByOther(asked.node) then
  set('reserved', '')
end
if asked.docket then
  redis.call('HSET', KEYS[9], 'docket', asked.docket, 'docket-version', asked.version, 'docket-offset', asked.read,
    'docket-mark', asked.readFingerprint)
end
local position = 1
for _, command in ipairs(asked.commands) do
  local before = tonumber(room('offset'))
  for _, card in ipairs(command.cards) do
    position = position + 1
    put(card, ARGV[position])
  end
  if command.field and not command.refused then
    remember(command, before + 1, tonumber(room('offset')))
  end
end
for _, forgotten in ipairs(redis.call('ZRANGEBYSCORE', AGES, '-inf', now() - REMEMBER_MS, 'LIMIT', 0, 10 + 2 * #asked.commands)) do
  redis.call('HDEL', COMMANDS, forgotten)
  redis.call('ZREM', AGES, forgotten)
end
save()
show()
return { 'ok', list(written) }
