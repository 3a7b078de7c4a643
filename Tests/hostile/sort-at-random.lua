-- hook: pricing
-- ends: killed
return {
  name = "sort-at-random", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local t = {}
    for i = 1, 3000 do t[i] = i end
    while true do table.sort(t, function() return entrepot.random() < 0.5 end) end
  end,
}
