-- hook: pricing
-- ends: failed
return {
  name = "float-price", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return 0.1 + 0.2
  end,
}
