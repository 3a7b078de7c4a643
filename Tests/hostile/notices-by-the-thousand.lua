-- hook: on
-- ends: failed
return {
  name = "notices-by-the-thousand", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    local t = {}
    for i = 1, 1000 do t[i] = { channel = "ops", text = "x" } end
    return t
  end },
}
