-- hook: validate
-- ends: failed
return {
  name = "files", version = "1", api = 1, station = "*", on_error = "skip",
  validate = function(trade)
    return io.open("/etc/passwd"):read("a")
  end,
}
