-- tarantool load.lua PORT trade|verify|selftest [CONNECTIONS OUTSTANDING SECONDS]
local port, what, C, P, secs = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4]), tonumber(arg[5])
local net, fiber, clock = require('net.box'), require('fiber'), require('clock')
local ffi, json = require('ffi'), require('json')
math.randomseed(tonumber(clock.realtime64() % 2147483647ULL))
local random = math.random
local connections = {}
for i = 1, C or 1 do
  connections[i] = net.connect('127.0.0.1:' .. port)
  assert(connections[i]:ping())
end
if what == 'verify' then print(json.encode(connections[1]:call('verify'))); os.exit(0) end
if what == 'selftest' then
  local c = connections[1]
  local a = {c:call('trade', {1, 2, 3, 4, 'selftest'})}
  local b = {c:call('trade', {1, 2, 3, 4, 'selftest'})}
  assert(a[1] == b[1], 'a retry must return the first result')
  assert(not pcall(c.call, c, 'trade', {1, 2, 3, 100000000, 'selftest2'}), 'must refuse without stock')
  os.exit(0)
end
local function arguments()
  local s = random(0, 999)
  return {s, (s + random(1, 999)) % 1000, random(0, 49), random(1, 10),
    string.format('key-%09d%09d', random(0, 999999999), random(0, 999999999))}
end
local HIGHEST = 2000000  -- microseconds
local histogram = ffi.new('uint32_t[?]', HIGHEST + 1)
local done, bad, left, finished = 0, 0, C * P, fiber.channel(1)
local start = clock.monotonic()
local stop = start + secs
for i = 1, C do for _ = 1, P do
  fiber.create(function()
    local c = connections[i]
    while true do
      local before = clock.monotonic()
      if before >= stop then break end
      if not pcall(c.call, c, 'trade', arguments()) then bad = bad + 1 end
      local us = math.floor((clock.monotonic() - before) * 1e6)
      if us > HIGHEST then us = HIGHEST end
      histogram[us] = histogram[us] + 1
      done = done + 1
    end
    left = left - 1
    if left == 0 then finished:put(true) end
  end)
end end
finished:get()
local wall = clock.monotonic() - start
local function percentile(p)
  local wanted, seen = done * p, 0
  for us = 0, HIGHEST do
    seen = seen + histogram[us]
    if seen >= wanted then return us / 1000 end
  end
end
print(json.encode{ operations = done, seconds = wall, throughput = done / wall,
  p50_ms = percentile(0.5), p99_ms = percentile(0.99), errors = bad })
os.exit(0)
