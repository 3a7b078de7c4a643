-- hook: pricing
-- ends: killed
return {
  name = "for-to-the-end", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    for i = 1, math.maxinteger do end
  end,
}
