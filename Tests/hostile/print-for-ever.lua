-- hook: validate
-- ends: killed
return {
  name = "print-for-ever", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    while true do print(("x"):rep(60000)) end
  end,
}
