-- hook: pricing
-- ends: killed
return {
  name = "host-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do entrepot.stock("luna", "water") end
  end,
}
