-- A live rule that changes the price of every line.
return {
  name = "bench-pricing",
  version = "1.0.0",
  api = 1,
  description = "5 % off every line",
  station = "*",
  priority = 50,
  on_error = "reject",

  pricing = function(trade, line)
    return line.price * "0.95", "discount"
  end,

  tests = {
    { hook = "pricing", trade = { seller = "luna-1" },
      line = { item = "water", quantity = 1, price = "10.00" }, expect = "9.50" },
  },
}
