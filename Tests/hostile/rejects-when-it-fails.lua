-- hook: pricing
-- ends: rejected
return {
  name = "rejects-when-it-fails", version = "1", api = 1, station = "*", on_error = "reject",
  pricing = function(trade, line)
    while true do end
  end,
}
