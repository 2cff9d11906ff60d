-- KEYS 9 is the checkpoint, 10 the prefix of the keys of generations. Gives the members and the epoch.
if not exists() then
  return refused('room-not-found')
end
local members = redis.call('HKEYS', MEMBERS)
local epoch = room('epoch')
for _, field in ipairs(redis.call('HKEYS', INDEX)) do
  local generation = field:match('^g:(.*)$')
  if generation then
    redis.call('UNLINK', KEYS[10] .. generation, KEYS[10] .. generation .. ':reply')
  end
end
for position = 1, 9 do
  redis.call('UNLINK', KEYS[position])
end
publish('x' .. epoch)
return { 'ok', members, epoch }
