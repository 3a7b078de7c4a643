-- hook: validate
-- ends: killed
return {
  name = "stars", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return (("a"):rep(2000):find((".-"):rep(20) .. "b"))
  end,
}
