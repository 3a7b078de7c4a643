-- hook: validate
-- ends: killed
return {
  name = "index-loops", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    local t = setmetatable({}, { __index = function() while true do end end })
    return t.x
  end,
}
