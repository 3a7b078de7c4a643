-- What the scripts share: the token, and one line of figures at the end.
token = os.getenv("BENCH_TOKEN")
fields = token and {["Authorization"] = "Bearer " .. token} or {}

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  math.randomseed(os.time() * 1000 + number * 7919 + math.floor(os.clock() * 1e6))
end

function done(summary, latency)
  local wrong = summary.errors.status + summary.errors.timeout + summary.errors.read
    + summary.errors.write + summary.errors.connect
  local seconds = summary.duration / 1e6
  local operations = summary.requests - summary.errors.status
  io.write(string.format(
    'RESULT {"operations":%d,"seconds":%f,"throughput":%f,"p50_ms":%f,"p99_ms":%f,"errors":%d}\n',
    operations, seconds, operations / seconds, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, wrong))
end
