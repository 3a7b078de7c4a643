-- hook: pricing
-- ends: failed
return {
  name = "concat-nests", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local m = {}
    local t = setmetatable({}, m)
    m.__concat = function() return t .. t end
    return t .. t
  end,
}
