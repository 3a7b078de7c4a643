-- hook: eta
-- ends: failed
return {
  name = "time-beyond-all", version = "1", api = 1, station = "*", on_error = "skip",
  eta = function(shipment)
    return math.maxinteger
  end,
}
