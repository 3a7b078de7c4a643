-- Seeds stations [from, to). ARGV = from, to, items, stock.
for s = tonumber(ARGV[1]), tonumber(ARGV[2]) - 1 do
  local fields = {}
  for i = 0, tonumber(ARGV[3]) - 1 do
    fields[#fields + 1] = 'i:' .. i; fields[#fields + 1] = ARGV[4]
    fields[#fields + 1] = 'n:' .. i; fields[#fields + 1] = 0
  end
  redis.call('HSET', string.format('inv:%012d', s), unpack(fields))
  redis.call('SET', string.format('level:%012d', s), ARGV[4])
end
local prices = {}
for i = 0, tonumber(ARGV[3]) - 1 do prices[#prices + 1] = i; prices[#prices + 1] = 500 + 37 * i end
redis.call('HSET', 'item:base', unpack(prices))
return 'OK'
