-- hook: validate
-- ends: killed
return {
  name = "tail-calls", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    local function f() return f() end
    return f()
  end,
}
