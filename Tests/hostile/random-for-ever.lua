-- hook: pricing
-- ends: killed
return {
  name = "random-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do entrepot.random(1, 100) end
  end,
}
