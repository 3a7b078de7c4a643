-- hook: every
-- ends: failed
return {
  name = "deep-result", version = "1", api = 1, station = "*", on_error = "skip",
  every = { ["1s"] = function(now)
    local t = {}
    for i = 1, 100 do t = { t } end
    return t
  end },
}
