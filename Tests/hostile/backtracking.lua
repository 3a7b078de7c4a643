-- hook: pricing
-- ends: killed
return {
  name = "backtracking", version = "1", api = 1, station = "*", on_error = "skip",
  pricing = function(trade, line)
    return (("a"):rep(40):match(("a?"):rep(40) .. ("a"):rep(40)))
  end,
}
