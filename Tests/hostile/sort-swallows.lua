-- hook: validate
-- ends: killed
return {
  name = "sort-swallows", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    table.sort({ 1, 2, 3 }, function() pcall(function() while true do end end) return true end)
  end,
}
