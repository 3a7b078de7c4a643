-- hook: pricing
-- ends: failed
return {
  name = "bytecode", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return load("\27Lua")()
  end,
}
