-- hook: validate
-- ends: failed
return {
  name = "pcall-nests", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    local function f() return pcall(f) or error("x") end
    return f() or error("end")
  end,
}
