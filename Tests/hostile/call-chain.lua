-- hook: pricing
-- ends: killed
return {
  name = "call-chain", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local t = {}
    setmetatable(t, { __call = t })
    t()
  end,
}
