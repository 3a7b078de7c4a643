-- Scarcity pricing: an item becomes dearer as the seller's shelf of it empties.
--
-- Above `starts_at` percent full nothing changes. Below it the price rises evenly, in whole
-- percents, up to `at_empty` percent more for an empty shelf. Only items with a capacity
-- (INVENTORY LIMITS station item CAPACITY n) are priced this way.

local starts_at = 50  -- percent full, 1 to 100
local at_empty = 40   -- percent on top of the price when nothing is left

-- One test: what a unit listed at 10.00 must cost with this shelf.
local function case(stock, expect)
  return { hook = "pricing", trade = { seller = "luna-1" }, given = { stock = stock },
           line = { item = "water", quantity = 1, price = "10.00" }, expect = expect }
end

return {
  name = "scarcity-pricing",
  version = "1.0.0",
  api = 1,
  description = "Up to 40 % dearer as the shelf empties below half",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  -- Before bulk-discount (50), so that a discount is taken off the scarce price.
  priority = 30,
  -- Without it the goods are sold at the list price, which is better than not at all.
  on_error = "skip",

  pricing = function(trade, line)
    local stock = entrepot.stock(trade.seller, line.item)
    if not stock or not stock.capacity or stock.capacity < 1 then return nil end
    -- The shelf as it is before this trade: an order never raises its own price.
    local full = stock.on_hand * 100 // stock.capacity
    if full >= starts_at then return nil end
    local extra = (starts_at - full) * at_empty // starts_at
    if extra == 0 then return nil end
    return line.price * (100 + extra) / 100,
      string.format("%d %% dearer, the shelf is %d %% full", extra, full)
  end,

  tests = {
    case({ ["luna-1/water"] = { on_hand = 1000, capacity = 1000 } }, "10.00"),
    case({ ["luna-1/water"] = { on_hand = 500, capacity = 1000 } }, "10.00"),
    -- 49 % full would be 0.8 % dearer: less than a whole percent is nothing.
    case({ ["luna-1/water"] = { on_hand = 499, capacity = 1000 } }, "10.00"),
    case({ ["luna-1/water"] = { on_hand = 480, capacity = 1000 } }, "10.10"),
    case({ ["luna-1/water"] = { on_hand = 250, capacity = 1000 } }, "12.00"),
    case({ ["luna-1/water"] = { on_hand = 0, capacity = 1000 } }, "14.00"),
    -- More on the shelf than its capacity (returned goods), no capacity, never stocked.
    case({ ["luna-1/water"] = { on_hand = 1200, capacity = 1000 } }, "10.00"),
    case({ ["luna-1/water"] = { on_hand = 3 } }, "10.00"),
    case({}, "10.00"),
  },
}
