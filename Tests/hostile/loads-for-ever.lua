-- hook: load
-- ends: refused
while true do end
return {
  name = "loads-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line) end,
}
