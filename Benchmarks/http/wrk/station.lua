-- GET of a station's fifty stock records.
dofile(os.getenv("BENCH_FOLDER") .. "/report.lua")
local form = os.getenv("BENCH_STATION")

function request()
  return wrk.format("GET", string.format("/api/inventory/" .. form, math.random(0, 999)), fields)
end
