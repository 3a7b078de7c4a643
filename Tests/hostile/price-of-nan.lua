-- hook: pricing
-- ends: failed
return {
  name = "price-of-nan", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return 0 / 0
  end,
}
