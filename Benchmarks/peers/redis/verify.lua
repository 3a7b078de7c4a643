-- ARGV = stations. Answers with on hand, incoming, events, shipments due.
local hand, incoming = 0, 0
for s = 0, tonumber(ARGV[1]) - 1 do
  local h = redis.call('HGETALL', string.format('inv:%012d', s))
  for k = 1, #h, 2 do
    if string.sub(h[k], 1, 1) == 'i' then hand = hand + tonumber(h[k + 1])
    else incoming = incoming + tonumber(h[k + 1]) end
  end
end
return {string.format('%.0f', hand), string.format('%.0f', incoming),
  redis.call('XLEN', 'events'), redis.call('ZCARD', 'ship:due')}
