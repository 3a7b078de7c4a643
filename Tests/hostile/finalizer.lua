-- hook: validate
-- ends: failed
return {
  name = "finalizer", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    setmetatable({}, { __gc = function() end })
  end,
}
