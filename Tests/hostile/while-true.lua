-- hook: pricing
-- ends: killed
return {
  name = "while-true", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do end
  end,
}
