-- hook: on
-- ends: failed
return {
  name = "circular-result", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    local t = {}
    t.t = t
    return t
  end },
}
