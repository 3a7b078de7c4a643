-- hook: validate
-- ends: failed
return {
  name = "long-reason", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return ("x"):rep(60000)
  end,
}
