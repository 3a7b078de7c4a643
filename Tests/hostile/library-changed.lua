-- hook: validate
-- ends: failed
return {
  name = "library-changed", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    string.format = nil
  end,
}
