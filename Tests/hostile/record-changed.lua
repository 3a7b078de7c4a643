-- hook: pricing
-- ends: failed
return {
  name = "record-changed", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    line.price = money("0.01")
  end,
}
