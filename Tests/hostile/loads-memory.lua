-- hook: load
-- ends: refused
local s = "x"
while true do s = s .. s end
return {
  name = "loads-memory", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line) end,
}
