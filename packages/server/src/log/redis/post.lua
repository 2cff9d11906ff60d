-- ARGV 1 command  2 by  3 message  4 text (JSON)  5 ask (`true` or `false`)  6 generation, if it can start at once
--      7 what it quotes, a message or generation, or empty  8 the passage (JSON)  9 mentions (JSON)  10 model (JSON); or empty
--      11 `true` when the question waits although nothing runs  12 `true` when the passage is not of what it names
local command, by, message, ask, generation = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[6]
if not exists() then
  return refused('room-not-found')
end
local before = done(by, command, 'post', generation)
if before then
  return before
end
if gone(by) then
  return refused('removed')
end
-- After a loss another node has written it again, and did not know whose command it was.
local known = redis.call('HGET', INDEX, 'm:' .. message)
if known and known:match('^%d+ (.*)$') == by then
  local first = tonumber(known:match('^%d+'))
  local item = redis.call('XRANGE', ENTRIES, whole(first + 1) .. '-0', whole(first + 1) .. '-0')[1]
  local follows = item and item[2][2]:find('"messageId":"' .. message .. '"', 1, true)
  local range = whole(first) .. ' ' .. whole(follows and first + 1 or first)
  redis.call('HSETNX', COMMANDS, by .. ' ' .. command, 'post ' .. range)
  redis.call('ZADD', AGES, now(), by .. ' ' .. command)
  return done(by, command, 'post', generation)
end
local waiting = redis.call('LRANGE', QUEUE, 0, -1)
local busy = room('running') ~= '' or room('held') == '1' or #waiting > 0
local waits = ask == 'true' and (busy or ARGV[11] == 'true')
if waits then
  local own = 0
  for _, other in ipairs(waiting) do
    if redis.call('HGET', INDEX, 'm:' .. other):match('^%d+ (.*)$') == by then
      own = own + 1
    end
  end
  if #waiting >= QUEUE_LENGTH then
    return refused('queue-full')
  end
  if own >= QUEUE_LENGTH_PER_MEMBER then
    return refused('queue-full-for-member')
  end
end
-- Whose it is, the log knows; what is not there, or not any more, is not quoted.
local more = ''
local quoted, author = posted(ARGV[7])
if ARGV[12] == 'true' then
  author = by
end
if quoted then
  more = ',"quote":{"of":"' .. ARGV[7] .. '","by":"' .. author .. '","text":' .. ARGV[8] .. '}'
elseif redis.call('HEXISTS', INDEX, 'g:' .. ARGV[7]) == 1 then
  local own = ARGV[12] == 'true' and '","by":"' .. by or ''
  more = ',"quote":{"of":"' .. ARGV[7] .. own .. '","text":' .. ARGV[8] .. '}'
end
if ARGV[9] ~= '' then
  more = more .. ',"mentions":' .. ARGV[9]
end
if ARGV[10] ~= '' then
  more = more .. ',"model":' .. ARGV[10]
  redis.call('HSET', INDEX, 'o:' .. message, ARGV[10])
end
local offset = write(
  '"type":"message-posted","messageId":"' .. message .. '","by":"' .. by .. '","text":' .. ARGV[4]
    .. ',"ask":' .. ask .. more
)
redis.call('ZADD', STARTS, offset, offset)
redis.call('HSET', INDEX, 'm:' .. message, offset .. ' ' .. by)
if waits then
  redis.call('RPUSH', QUEUE, message)
  write('"type":"question-queued","messageId":"' .. message .. '"')
elseif ask == 'true' then
  start(KEYS[9], generation, 'answer', message, by, '')
end
return finish(by, command, 'post', ask == 'true' and not waits)
