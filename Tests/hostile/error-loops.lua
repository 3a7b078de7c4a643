-- hook: validate
-- ends: failed
return {
  name = "error-loops", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    error(setmetatable({}, { __tostring = function() while true do end end }))
  end,
}
