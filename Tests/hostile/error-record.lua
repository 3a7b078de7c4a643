-- hook: eta
-- ends: failed
return {
  name = "error-record", version = "1", api = 1, station = "*", on_error = "skip",
  eta = function(shipment)
    error(shipment)
  end,
}
