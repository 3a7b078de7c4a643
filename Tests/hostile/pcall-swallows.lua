-- hook: pricing
-- ends: killed
return {
  name = "pcall-swallows", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    while true do pcall(function() while true do end end) end
  end,
}
