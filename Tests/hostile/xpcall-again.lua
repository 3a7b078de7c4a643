-- hook: pricing
-- ends: killed
return {
  name = "xpcall-again", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local function again() return xpcall(function() while true do end end, again) end
    while true do again() end
  end,
}
