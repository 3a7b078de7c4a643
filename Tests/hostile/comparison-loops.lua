-- hook: pricing
-- ends: killed
return {
  name = "comparison-loops", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local m = { __lt = function() while true do end end }
    return setmetatable({}, m) < setmetatable({}, m)
  end,
}
