-- Embargo: stations that nobody may trade with, and items that only some stations may buy.
--
-- The entries below are examples that match no real station: put your own in their place. A
-- refused trade gets REJECTED with the reason, and nothing of it is written; quotes and dry runs
-- say so too.

local stations = {  -- id of the station = why nothing is sold to it or bought from it
  ["example-pirate-cove"] = "trade with example-pirate-cove is suspended by order 2026-17",
}

local licensed = {  -- id of the item = the stations that may buy it
  ["example-reactor-fuel"] = { ["luna-1"] = true, ["mars-2"] = true },
}

-- One test: a trade of one unit of each item, and a part of the reason to refuse it (nil: passes).
local function case(seller, buyer, items, expect_reject)
  local lines = {}
  for number, item in ipairs(items) do lines[number] = { item = item, quantity = 1 } end
  return { hook = "validate", trade = { seller = seller, buyer = buyer, lines = lines },
           expect_reject = expect_reject }
end

return {
  name = "embargo",
  version = "1.0.0",
  api = 1,
  description = "Refuses trades with embargoed stations and of items without a licence",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  priority = 1,
  -- A trade that could not be checked must not pass.
  on_error = "reject",

  validate = function(trade)
    local reason = stations[trade.seller] or stations[trade.buyer]
    if reason then return reason end
    for _, line in ipairs(trade.lines) do
      local buyers = licensed[line.item]
      if buyers and not buyers[trade.buyer] then
        return trade.buyer .. " has no licence for " .. line.item
      end
    end
  end,

  tests = {
    case("luna-1", "mars-2", { "water" }),
    case("luna-1", "example-pirate-cove", { "water" }, "order 2026-17"),
    case("example-pirate-cove", "luna-1", { "water" }, "order 2026-17"),
    case("ceres-3", "mars-2", { "example-reactor-fuel" }),
    -- The forbidden item hides in the last of several lines.
    case("luna-1", "ceres-3", { "water", "example-reactor-fuel" },
      "ceres-3 has no licence for example-reactor-fuel"),
  },
}
