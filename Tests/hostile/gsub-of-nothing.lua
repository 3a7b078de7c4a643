-- hook: eta
-- ends: killed
return {
  name = "gsub-of-nothing", version = "1", api = 1, station = "*", on_error = "skip",
  eta = function(shipment)
    while true do ("x"):rep(60000):gsub("", "") end
  end,
}
