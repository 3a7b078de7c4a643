-- trade(seller, buyer, item, quantity, key) -> "id|unit|total". The arguments are raw random
-- numbers, since redis-benchmark cannot bound each; they are folded to the data set's range here.
local S, I = 1000, 50
local s = tonumber(ARGV[1]) % S
local b = tonumber(ARGV[2]) % S
if b == s then b = (b + 1) % S end
local i = tonumber(ARGV[3]) % I
local q = tonumber(ARGV[4]) % 10 + 1
local idem = 'idem:' .. ARGV[5]

local seen = redis.call('GET', idem)
if seen then return seen end

local seller, buyer = string.format('inv:%012d', s), string.format('inv:%012d', b)
local have = tonumber(redis.call('HGET', seller, 'i:' .. i)) or 0
if have < q then return redis.error_reply('OUTOFSTOCK not enough on hand') end
local base = tonumber(redis.call('HGET', 'item:base', i))
local unit = base + math.floor(base * 1000 / (1000 + have))
local total = unit * q
local travel = 60000 + ((s * 31 + b * 17) % 600) * 1000

redis.call('HINCRBY', seller, 'i:' .. i, -q)
redis.call('HINCRBY', buyer, 'n:' .. i, q)
-- The event's stream id is the trade's id and its time.
local id = redis.call('XADD', 'events', '*', 'e', string.format(
  '{"type":"trade.booked","v":1,"key":"%s","seller":"S%04d","buyer":"S%04d","item":"I%03d",' ..
  '"qty":%d,"unit":%d,"total":%d,"currency":"CR","on_hand_before":%d,"travel_ms":%d,"mode":"freighter"}',
  ARGV[5], s, b, i, q, unit, total, have, travel))
local eta = string.format('%.0f', tonumber(string.match(id, '^%d+')) + travel)
redis.call('HSET', 'trade:' .. id, 'key', ARGV[5], 'seller', string.format('S%04d', s),
  'buyer', string.format('S%04d', b), 'item', string.format('I%03d', i), 'qty', q, 'unit', unit,
  'total', total, 'currency', 'CR', 'status', 'booked', 'shipment', 'C' .. id)
redis.call('HSET', 'ship:' .. id, 'trade', id, 'from', s, 'to', b, 'item', i, 'qty', q,
  'status', 'pending', 'eta', eta, 'mode', 'freighter')
redis.call('ZADD', 'ship:due', eta, id)
local result = id .. '|' .. unit .. '|' .. total
redis.call('SET', idem, result, 'EX', 86400)
return result
