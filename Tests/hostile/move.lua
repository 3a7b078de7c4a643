-- hook: pricing
-- ends: killed
return {
  name = "move", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    table.move({}, 1, 1 << 60, 2)
  end,
}
