-- hook: pricing
-- ends: killed
return {
  name = "doubling-caught", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local s = "x"
    while true do pcall(function() s = s .. s end) end
  end,
}
