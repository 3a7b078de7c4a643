-- hook: pricing
-- ends: failed
return {
  name = "rep", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return ("x"):rep(1 << 40)
  end,
}
