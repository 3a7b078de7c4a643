-- hook: pricing
-- ends: failed
return {
  name = "coroutines", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return coroutine.wrap(function() while true do end end)()
  end,
}
