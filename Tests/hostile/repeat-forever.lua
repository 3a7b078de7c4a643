-- hook: validate
-- ends: killed
return {
  name = "repeat-forever", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    repeat until false
  end,
}
