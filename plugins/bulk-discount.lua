-- Bulk discount: the more of an item one line orders, the less each unit costs.
--
-- To use it: change the tiers, put your station's id in place of "*" (which only an administrator
-- may use), save, and switch it on with PLUGIN MODE bulk-discount shadow|canary n|live.

local tiers = {  -- largest first: from this quantity on, each unit costs this share of its price
  { from = 1000, factor = "0.90", reason = "bulk discount 10 %" },
  { from = 100, factor = "0.95", reason = "bulk discount 5 %" },
}

-- One test: what a line of so many units at this price must cost.
local function case(quantity, price, expect)
  return { hook = "pricing", line = { item = "water", quantity = quantity, price = price },
           expect = expect }
end

return {
  name = "bulk-discount",
  version = "1.0.0",
  api = 1,
  description = "5 % off a line of 100 units or more, 10 % off 1000 or more",
  station = "*",
  priority = 50,
  -- A discount that fails must not stop a sale: the buyer pays the price without it.
  on_error = "skip",

  pricing = function(trade, line)
    for _, tier in ipairs(tiers) do
      if line.quantity >= tier.from then
        return line.price * tier.factor, tier.reason
      end
    end
  end,

  tests = {
    case(1, "10.00", "10.00"),
    case(99, "10.00", "10.00"),
    case(100, "10.00", "9.50"),
    case(999, "10.00", "9.50"),
    case(1000, "10.00", "9.00"),
    -- Half a cent goes to the even neighbour: 0.285 and 0.095.
    case(100, "0.30", "0.28"),
    case(100, "0.10", "0.10"),
    case(100, "0.00", "0.00"),
  },
}
