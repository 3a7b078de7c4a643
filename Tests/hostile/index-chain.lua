-- hook: validate
-- ends: failed
return {
  name = "index-chain", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    local t = {}
    setmetatable(t, { __index = t })
    return t.x
  end,
}
