-- hook: pricing
-- ends: killed
return {
  name = "doubling", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local s = "x"
    while true do s = s .. s end
  end,
}
