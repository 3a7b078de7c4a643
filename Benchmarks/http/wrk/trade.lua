-- POST of a trade of one line under a key of its own.
dofile(os.getenv("BENCH_FOLDER") .. "/report.lua")
fields["Content-Type"] = "application/json"
local random, form = math.random, os.getenv("BENCH_TRADE")

function request()
  local seller = random(0, 999)
  local buyer = (seller + random(1, 999)) % 1000
  local key = string.format("key-%09d%09d", random(0, 999999999), random(0, 999999999))
  local body = form:gsub("%$(%w+)", {
    seller = seller, buyer = buyer, item = random(0, 49), quantity = random(1, 10), key = key})
  return wrk.format("POST", "/api/trades", fields, body)
end
