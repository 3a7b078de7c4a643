-- hook: pricing
-- ends: failed
return {
  name = "price-too-large", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return line.price * math.maxinteger * math.maxinteger
  end,
}
