-- hook: every
-- ends: killed
return {
  name = "globals", version = "1", api = 1, station = "*", on_error = "skip",
  every = { ["1s"] = function(now)
    for i = 1, 1e9 do _G["k" .. i] = i end
  end },
}
