-- Writes entries with their cards. Put in front of the scripts that write entries. KEYS 10 is the prefix of the keys of
-- generations.
local GENERATIONS = KEYS[10]

-- Creates an empty room.
local function make(epoch)
  set('epoch', epoch)
  set('offset', '0')
  set('at', '0')
  set('running', '')
end

local function remember(command, first, last)
  redis.call('HSET', COMMANDS, command.field, command.kind .. ' ' .. whole(first) .. ' ' .. whole(last))
  redis.call('ZADD', AGES, now(), command.field)
end

-- The JSON of an end, sealed with the length and digest of the stored text.
local function sealed(card, body)
  local key = GENERATIONS .. card.ends
  return body .. ',"end":' .. whole(redis.call('STRLEN', key .. ':reply')) .. ',"digest":"'
    .. redis.call('HGET', key, 'digest') .. '"' .. card.tail
end

-- Writes an entry with its card (decide/cards.ts) and gives its offset.
local function put(card, body)
  local offset = write(card.ends and sealed(card, body) or body, card.starts and card.starts.id, card.rules)
  if card.begins then
    redis.call('HSET', INDEX, card.begins, offset .. (card.by and ' ' .. card.by or ''))
    redis.call('ZADD', STARTS, offset, offset)
  end
  local first = card.about and (redis.call('HGET', INDEX, card.about.subject) or ''):match('^%d+')
  if first then
    redis.call('HSET', INDEX, card.about.as .. first, offset)
  end
  for name, value in pairs(card.index or {}) do
    redis.call('HSET', INDEX, name, value)
  end
  local member = card.member
  if member and member.body then
    redis.call('HSET', MEMBERS, member.id, member.body)
    redis.call('HDEL', INDEX, 'x:' .. member.id)
  elseif member then
    redis.call('HDEL', MEMBERS, member.id)
    redis.call('HSET', INDEX, 'x:' .. member.id, member.gone)
  end
  if card.starts then
    local started = card.starts
    redis.call('HSET', GENERATIONS .. started.id, 'number', started.number, 'message', started.message, 'offset', offset,
      'fence', started.fence or started.number, 'lease', whole(now() + LEASE_MS), 'marks', '', 'digest', DIGEST_OF_NOTHING)
    set('running', started.id)
    set('number', started.number)
  end
  if card.ends then
    redis.call('HSET', GENERATIONS .. card.ends, 'ended', written[#written])
    set('running', '')
  end
  return offset
end
