-- hook: eta
-- ends: failed
return {
  name = "shell", version = "1", api = 1, station = "*", on_error = "skip",
  eta = function(shipment)
    return os.execute("touch /tmp/hostile")
  end,
}
