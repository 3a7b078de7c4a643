-- GET of one stock record, of a hundred stations at random.
dofile(os.getenv("BENCH_FOLDER") .. "/report.lua")

function request()
  return wrk.format("GET", string.format("/api/inventory/s-%d/i-7", math.random(0, 99)), fields)
end
