-- hook: on
-- ends: failed
return {
  name = "huge-result", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    local t = {}
    for i = 1, 20000 do t[i] = i end
    return t
  end },
}
