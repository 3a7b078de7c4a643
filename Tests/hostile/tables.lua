-- hook: on
-- ends: killed
return {
  name = "tables", version = "1", api = 1, station = "*", on_error = "skip",
  on = { ["trade.*"] = function(event)
    local t = {}
    while true do t = { t, t, t, t, t, t, t, t } end
  end },
}
