-- hook: pricing
-- ends: failed
return {
  name = "error-nil", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    error(nil)
  end,
}
