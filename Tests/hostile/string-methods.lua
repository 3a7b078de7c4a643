-- hook: pricing
-- ends: failed
return {
  name = "string-methods", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    getmetatable("").__index = {}
  end,
}
