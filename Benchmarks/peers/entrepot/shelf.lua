-- The price that the other peers compute: base + base * 1000 / (1000 + on hand), for every line, from the
-- shelf that each call reads.
return {
  name = "bench-pricing",
  version = "1.0.0",
  api = 1,
  description = "What the same trade costs with a rule that reads the shelf",
  station = "*",
  priority = 50,
  on_error = "reject",

  pricing = function(trade, line)
    local stock = entrepot.stock(trade.seller, line.item)
    return line.price + line.price * 1000 / (1000 + stock.on_hand), "scarce"
  end,

  tests = {
    { hook = "pricing", trade = { seller = "luna-1" },
      given = { stock = { ["luna-1/water"] = { on_hand = 1000 } } },
      line = { item = "water", quantity = 1, price = "10.00" }, expect = "15.00" },
  },
}
