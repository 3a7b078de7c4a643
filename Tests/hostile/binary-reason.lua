-- hook: validate
-- ends: failed
return {
  name = "binary-reason", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return "\xff\xfe"
  end,
}
