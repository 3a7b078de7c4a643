-- Loyalty prices: buyers with a price list of their own pay that, where it is lower.
--
-- The lists below are examples: put your buyers' station ids and your items in their place. Prices
-- are text ("9.50"), per unit, in `currency`; trades in another currency are left alone.

local currency = "CR"
local lists = {
  ["mars-2"] = { water = "9.50", oxygen = "20.00" },
  ["ceres-3"] = { water = "9.80" },
}

-- One test: what this buyer must pay for a unit that costs others `price`.
local function case(buyer, item, price, expect)
  return { hook = "pricing", trade = { seller = "luna-1", buyer = buyer, currency = currency },
           line = { item = item, quantity = 1, price = price }, expect = expect }
end

return {
  name = "loyalty-prices",
  version = "1.0.0",
  api = 1,
  description = "A price list per buyer; the lower price counts",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  -- First of the shipped rules: the others work on the price that the list gives.
  priority = 10,
  -- These prices were promised. A loyal buyer who is charged the usual price complains later; a
  -- trade that is refused now can be repeated.
  on_error = "reject",

  pricing = function(trade, line)
    local list = lists[trade.buyer]
    local price = list and list[line.item]
    if not price or trade.currency ~= currency then return nil end
    if line.price <= price then return nil end
    return money(price, currency), "price list of " .. trade.buyer
  end,

  tests = {
    case("mars-2", "water", "10.00", "9.50"),
    case("ceres-3", "water", "10.00", "9.80"),
    -- Already as low, or lower: the buyer never pays more because of the list.
    case("mars-2", "water", "9.50", "9.50"),
    case("mars-2", "water", "9.49", "9.49"),
    -- An item and a buyer that no list knows.
    case("mars-2", "ore", "10.00", "10.00"),
    case("vesta-4", "water", "10.00", "10.00"),
  },
}
