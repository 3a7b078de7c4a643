-- hook: pricing
-- ends: killed
return {
  name = "recursion", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local function f() return 1 + f() end
    return f()
  end,
}
