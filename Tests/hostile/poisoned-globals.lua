-- hook: pricing
-- ends: failed
return {
  name = "poisoned-globals", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    pairs, type, tostring, pcall, money, string = nil
    _G._G = nil
    _ENV = {}
  end,
}
