-- hook: eta
-- ends: killed
return {
  name = "close-handler", version = "1", api = 1, station = "*", on_error = "skip",
  eta = function(shipment)
    local t <close> = setmetatable({}, { __close = function() while true do end end })
  end,
}
