-- hook: pricing
-- ends: killed
return {
  name = "ipairs-without-end", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    for _ in ipairs(setmetatable({}, { __index = function(_, i) return i end })) do end
  end,
}
