-- hook: pricing
-- ends: failed
return {
  name = "debugging", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return debug.getregistry()
  end,
}
