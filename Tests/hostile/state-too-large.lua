-- hook: on
-- ends: failed
return {
  name = "state-too-large", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    return { state = { a = ("x"):rep(60000), b = ("y"):rep(60000) } }
  end },
}
