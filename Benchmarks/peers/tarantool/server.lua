-- tarantool server.lua FOLDER PORT
local folder, port = arg[1], tonumber(arg[2])
local S, I, STOCK = 1000, 50, 100000
box.cfg{ work_dir = folder, memtx_dir = folder, wal_dir = folder, listen = '127.0.0.1:' .. port,
  wal_mode = 'fsync', memtx_memory = 4 * 1024 ^ 3, checkpoint_interval = 0, readahead = 1024 * 1024,
  net_msg_max = 4096, log = folder .. '/server.log', log_level = 3 }
box.once('schema', function()
  box.schema.user.grant('guest', 'super')
  box.schema.space.create('item'):create_index('pk', { parts = {{1, 'unsigned'}} })
  box.schema.space.create('inventory'):create_index('pk', { parts = {{1, 'unsigned'}, {2, 'unsigned'}} })
  local trades = box.schema.space.create('trade')
  trades:create_index('pk', { parts = {{1, 'unsigned'}} })
  trades:create_index('key', { type = 'hash', parts = {{2, 'string'}} })
  local shipments = box.schema.space.create('shipment')
  shipments:create_index('pk', { parts = {{1, 'unsigned'}} })
  shipments:create_index('due', { parts = {{7, 'string'}, {9, 'unsigned'}}, unique = false })
  box.schema.space.create('event'):create_index('pk', { parts = {{1, 'unsigned'}} })
  for i = 0, I - 1 do box.space.item:insert{i, 500 + 37 * i} end
  for s = 0, S - 1 do
    box.begin()
    for i = 0, I - 1 do box.space.inventory:insert{s, i, STOCK, 0} end
    box.commit()
  end
end)
local space, clock = box.space, require('clock')
local last = (space.trade.index.pk:max() or {0})[1]

function trade(s, b, i, q, key)
  local old = space.trade.index.key:get(key)
  if old then return old[1], old[7], old[8] end
  local row = space.inventory:get{s, i}
  if not row or row[3] < q then error('OUTOFSTOCK not enough on hand') end
  local base = space.item:get(i)[2]
  local unit = base + math.floor(base * 1000 / (1000 + row[3]))
  local total = unit * q
  local now = clock.realtime64() / 1000000ULL
  local travel = 60000 + ((s * 31 + b * 17) % 600) * 1000
  last = last + 1
  local id = last
  box.begin()
  space.inventory:update({s, i}, {{'-', 3, q}})
  space.inventory:update({b, i}, {{'+', 4, q}})
  space.trade:insert{id, key, s, b, i, q, unit, total, 'CR', 'booked', now}
  space.shipment:insert{id, id, s, b, i, q, 'pending', 'freighter', now + travel}
  space.event:insert{id, string.format(
    '{"type":"trade.booked","v":1,"key":"%s","trade":%d,"seller":"S%04d","buyer":"S%04d","item":"I%03d",' ..
    '"qty":%d,"unit":%d,"total":%d,"currency":"CR","on_hand_before":%d,"travel_ms":%d,"mode":"freighter"}',
    key, id, s, b, i, q, unit, total, tonumber(row[3]), travel), now}
  box.commit()
  return id, unit, total
end

function verify()
  local hand, incoming = 0, 0
  for _, row in space.inventory:pairs() do hand = hand + row[3]; incoming = incoming + row[4] end
  return { hand = tonumber(hand), incoming = tonumber(incoming), trades = space.trade:len(),
    shipments = space.shipment:len(), events = space.event:len() }
end
