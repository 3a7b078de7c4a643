-- hook: load
-- ends: refused
return {
  name = "tests-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line) while true do end end,
  tests = { { hook = "pricing", line = { item = "water", quantity = 1, price = "1.00" } } },
}
