-- Freight and arrival by distance: the farther the buyer, the dearer and the later the goods.
--
-- Distances are in light-years between the positions of the two stations (STATION ADD id AT x y z).
-- Where one of them has none, nothing changes and the server's usual transit time holds.

local percent_per_light_year = 1  -- of the unit price, for each light-year begun
local most_percent = 25           -- freight never adds more than this
local handling_hours = 6          -- loading and unloading
local hours_per_light_year = 2
local most_hours = 30 * 24

-- Light-years begun, as an integer, or nil: a distance is a float, and floats may not touch money.
local function light_years(from, to)
  local distance = entrepot.distance(from, to)
  if distance then return math.ceil(math.min(distance, 1000000)) end
end

-- Two tests for a seller at 0 0 0 and a buyer at this place (nil: without one): what a unit of
-- 10.00 must cost there, and when the cargo must arrive.
local function stations(place)
  return { stations = { ["luna-1"] = { position = { x = 0, y = 0, z = 0 } },
                        ["mars-2"] = { position = place } } }
end
local function price(place, expect)
  return { hook = "pricing", trade = { seller = "luna-1", buyer = "mars-2" },
           line = { item = "water", quantity = 5, price = "10.00" },
           given = stations(place), expect = expect }
end
local function arrival(place, expect)
  return { hook = "eta", shipment = { origin = "luna-1", destination = "mars-2" },
           given = stations(place), expect = expect }
end

return {
  name = "freight-and-eta",
  version = "1.0.0",
  api = 1,
  description = "1 % freight per light-year, at most 25 %; arrival after 6 h and 2 h for each",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  -- Last of the shipped rules, so that freight is taken of the price after all discounts.
  priority = 90,
  -- A sale without freight or with the usual transit time is better than no sale.
  on_error = "skip",

  pricing = function(trade, line)
    local far = light_years(trade.seller, trade.buyer)
    if not far or far == 0 then return nil end
    local percent = math.min(far * percent_per_light_year, most_percent)
    return line.price * (100 + percent) / 100,
      string.format("freight %d %% over %d light-years", percent, far)
  end,

  -- Asked only where the command names no ETA, also for transfers without a trade.
  eta = function(shipment)
    local far = light_years(shipment.origin, shipment.destination)
    if not far then return nil end
    return string.format("+%dh", math.min(handling_hours + far * hours_per_light_year, most_hours))
  end,

  tests = {
    -- 3, 4 and 12 make exactly 13 light-years.
    price({ x = 3, y = 4, z = 12 }, "11.30"),
    arrival({ x = 3, y = 4, z = 12 }, "+32h"),
    -- A light-year begun counts whole; in the same place there is no freight.
    price({ x = 0.25, y = 0, z = 0 }, "10.10"),
    arrival({ x = 0.25, y = 0, z = 0 }, "+8h"),
    price({ x = 0, y = 0, z = 0 }, "10.00"),
    arrival({ x = 0, y = 0, z = 0 }, "+6h"),
    -- The upper limits.
    price({ x = 24.5, y = 0, z = 0 }, "12.50"),
    price({ x = 1e300, y = 0, z = 0 }, "12.50"),
    arrival({ x = 1e300, y = 0, z = 0 }, "+720h"),
    -- A station without a position.
    price(nil, "10.00"),
  },
}
