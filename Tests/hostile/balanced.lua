-- hook: pricing
-- ends: killed
return {
  name = "balanced", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return (("("):rep(30000):find("%b()"))
  end,
}
