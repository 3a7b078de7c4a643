-- hook: validate
-- ends: failed
return {
  name = "format", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return ("%999d"):format(1)
  end,
}
