-- hook: pricing
-- ends: killed
return {
  name = "gmatch-of-nothing", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do for _ in ("x"):rep(1000):gmatch("") do end end
  end,
}
