-- hook: pricing
-- ends: failed
return {
  name = "money-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local m = line.price
    while true do m = m * "1.000001" / 3 * 3 end
  end,
}
