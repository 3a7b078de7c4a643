-- hook: pricing
-- ends: failed
return {
  name = "collect", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do collectgarbage() end
  end,
}
