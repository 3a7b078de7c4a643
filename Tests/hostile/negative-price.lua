-- hook: pricing
-- ends: failed
return {
  name = "negative-price", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return -1
  end,
}
