-- hook: pricing
-- ends: failed
return {
  name = "unpack", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return table.unpack({}, 1, 1e7 // 1 | 0)
  end,
}
