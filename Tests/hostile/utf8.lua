-- hook: pricing
-- ends: killed
return {
  name = "utf8", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    local s = ("é"):rep(30000)
    while true do utf8.len(s) end
  end,
}
