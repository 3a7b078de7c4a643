-- hook: load
-- ends: refused
local stock = entrepot.stock("luna", "water")
return {
  name = "asks-while-loading", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line) end,
}
