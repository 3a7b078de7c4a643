-- Delayed cargo: tells the people at the destination, and the officer on duty where it matters.
--
-- The first delay of a shipment goes to the channel of its destination. A second delay (a later ETA
-- was set and passed as well) or a trade worth `urgent` or more goes to the duty channel too. The
-- channels must exist: CHANNEL ADD ops KIND log, CHANNEL ADD duty KIND webhook URL …

local channels = {  -- destination = its channel; the others use `usual`
  ["example-station"] = "example-channel",
}
local usual = "ops"
local duty = "duty"
local urgent = { CR = "10000.00" }  -- currency = value; other currencies are never urgent by value
local most_remembered = 500         -- the state of a rule is at most 64 KiB

local function value_is_urgent(shipment)
  local trade = shipment.trade and entrepot.trade(shipment.trade)
  local limit = trade and urgent[trade.currency]
  return limit ~= nil and trade.total >= limit
end

local function remembered()
  local count = 0
  for _ in pairs(entrepot.state) do count = count + 1 end
  return count
end

-- The shipment has come to an end: how often it was late need not be remembered any longer.
local function forget(event)
  local id = event.data.shipment.id
  if entrepot.state[id] then return { state = { [id] = entrepot.none } } end
end

-- One test: the delay of a shipment and the notices that it must lead to.
local function case(shipment, given, expect_notices)
  shipment.origin = "luna-1"
  shipment.destination = shipment.destination or "mars-2"
  shipment.eta, shipment.promised = "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"
  return { hook = "on", event = { type = "shipment.delayed", data = { shipment = shipment } },
           given = given, expect_notices = expect_notices }
end

return {
  name = "delayed-cargo",
  version = "1.0.0",
  api = 1,
  description = "Notices for delayed shipments, escalated by value and by the second delay",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  priority = 50,
  -- No trade waits for this rule: on_error only has to be there.
  on_error = "skip",

  on = {
    ["shipment.delayed"] = function(event)
      local shipment = event.data.shipment
      local times = (entrepot.state[shipment.id] or 0) + 1
      local subject = string.format("%s to %s is delayed", shipment.id, shipment.destination)
      local text = string.format(
        "Shipment %s from %s to %s was due %s (promised %s); delay number %d.", shipment.id,
        shipment.origin, shipment.destination, shipment.eta, shipment.promised, times)
      local data = { shipment = shipment.id, times = times }
      -- One key per shipment: its notices arrive in order, and only they wait for each other.
      local key = "shipment/" .. shipment.id
      local notices = {
        { channel = channels[shipment.destination] or usual, subject = subject, text = text,
          data = data, key = key },
      }
      if times > 1 or value_is_urgent(shipment) then
        notices[2] = { channel = duty, subject = "URGENT: " .. subject, text = text, data = data,
                       key = key }
      end
      if times > 1 or remembered() < most_remembered then
        return { notices = notices, state = { [shipment.id] = times } }
      end
      return notices
    end,
    ["shipment.delivered"] = forget,
    ["shipment.cancelled"] = forget,
    ["shipment.lost"] = forget,
    ["shipment.returned"] = forget,
  },

  tests = {
    -- A first delay of little value, and at a station with a channel of its own.
    case({ id = "c-1", trade = "t-1" },
      { trades = { ["t-1"] = { total = "9999.99", currency = "CR" } } },
      { { channel = "ops", subject = "c-1 to mars-2 is delayed", key = "shipment/c-1" } }),
    case({ id = "c-1", trade = "t-1", destination = "example-station" },
      { trades = { ["t-1"] = { total = "1.00", currency = "CR" } } },
      { { channel = "example-channel" } }),
    -- Urgent by value, at the limit.
    case({ id = "c-1", trade = "t-1" },
      { trades = { ["t-1"] = { total = "10000.00", currency = "CR" } } },
      { { channel = "ops" }, { channel = "duty", subject = "URGENT: c-1 to mars-2 is delayed" } }),
    -- A transfer has no trade; its second delay is urgent all the same.
    case({ id = "c-2" }, {}, { { channel = "ops" } }),
    case({ id = "c-2" }, { state = { ["c-2"] = 1 } },
      { { channel = "ops" }, { channel = "duty" } }),
    { hook = "on", given = { state = { ["c-2"] = 1 } },
      event = { type = "shipment.delivered", data = { shipment = { id = "c-2" } } },
      expect_notices = {} },
  },
}
