-- hook: validate
-- ends: failed
return {
  name = "concat", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return table.concat({}, "x", 1, 1 << 60)
  end,
}
