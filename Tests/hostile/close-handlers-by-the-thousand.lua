-- hook: pricing
-- ends: killed
return {
  name = "close-handlers-by-the-thousand", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local m = { __close = function() while true do end end }
    local function f(n) local c <close> = setmetatable({}, m) if n == 0 then while true do end end return f(n - 1), 1 end
    f(1000)
  end,
}
