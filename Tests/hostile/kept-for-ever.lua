-- hook: on
-- ends: killed
local kept = {}
return {
  name = "kept-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    for i = 1, 1e9 do kept[#kept + 1] = ("x"):rep(1000) .. i end
  end },
}
