-- Low stock: a notice when an item falls below its limit, at most once per item and day, and once a
-- day a summary of what is still low.
--
-- The limit is the stock's low_at: 10 % of the capacity, or INVENTORY LIMITS station item LOW n.
-- The channel must exist: CHANNEL ADD ops KIND log

local channel = "ops"
local most_remembered = 300  -- the state of a rule is at most 64 KiB
local most_lines = 50        -- of a summary

-- The rule's state: "station/item" = the UTC day of its last notice, such as "2026-11-20". The
-- summary marks what it has told with a "+" behind the day, and the next one forgets it.
local function remembered()
  local count = 0
  for _ in pairs(entrepot.state) do count = count + 1 end
  return count
end

-- One test: an item of luna-1 falls to 99 of 100 at this time, with this state.
local function case(item, time, state, expect_notices)
  local stock = { station = "luna-1", item = item, on_hand = 99, low_at = 100, low = true }
  return { hook = "on", event = { type = "inventory.low", time = time, data = { stock = stock } },
           given = { state = state }, expect_notices = expect_notices }
end

return {
  name = "low-stock-alert",
  version = "1.0.0",
  api = 1,
  description = "A notice per low item and day, and a daily summary",
  station = "*",  -- put your station's id here; "*" is the administrator's alone
  priority = 50,
  -- No trade waits for this rule: on_error only has to be there.
  on_error = "skip",

  on = {
    ["inventory.low"] = function(event)
      local stock = event.data.stock
      local name = stock.station .. "/" .. stock.item
      local day = string.sub(event.time, 1, 10)
      local last = entrepot.state[name]
      if last and string.sub(last, 1, 10) == day then return nil end
      local subject = "Low stock: " .. stock.item .. " at " .. stock.station
      local notices = {
        { channel = channel, key = name, subject = subject,
          text = string.format("%s has %d of %s on hand, the limit is %d.",
            stock.station, stock.on_hand, stock.item, stock.low_at),
          data = { station = stock.station, item = stock.item, on_hand = stock.on_hand } },
      }
      -- With a full memory an item may be told twice a day; that is all that happens.
      if last or remembered() < most_remembered then
        return { notices = notices, state = { [name] = day } }
      end
      return notices
    end,
  },

  every = {
    ["1d"] = function(now)
      local lines, state = {}, {}
      for name, day in pairs(entrepot.state) do
        if #day > 10 then
          state[name] = entrepot.none
        else
          state[name] = day .. "+"
          local station, item = string.match(name, "^(.-)/(.*)$")
          local stock = entrepot.stock(station, item)
          if stock and stock.low then
            lines[#lines + 1] = string.format("%s: %d of %s on hand, the limit is %d",
              station, stock.on_hand, item, stock.low_at)
          end
        end
      end
      if #lines == 0 then return { state = state } end
      table.sort(lines)
      local count = #lines
      if count > most_lines then
        lines[most_lines + 1] = string.format("and %d more", count - most_lines)
      end
      local text = table.concat(lines, "\n", 1, math.min(count, most_lines + 1))
      return {
        notices = {
          { channel = channel, subject = "Low stock: " .. count .. " in all", text = text },
        },
        state = state,
      }
    end,
  },

  tests = {
    case("water", "2026-11-20T23:59:59.999Z", {},
      { { channel = "ops", subject = "Low stock: water at luna-1", key = "luna-1/water" } }),
    -- Again on the same day, before and after the summary.
    case("water", "2026-11-20T23:59:59.999Z", { ["luna-1/water"] = "2026-11-20" }, {}),
    case("water", "2026-11-20T23:59:59.999Z", { ["luna-1/water"] = "2026-11-20+" }, {}),
    -- The next day, and another item on the same day.
    case("water", "2026-11-21T00:00:00.000Z", { ["luna-1/water"] = "2026-11-20+" },
      { { subject = "Low stock: water at luna-1" } }),
    case("ore", "2026-11-20T12:00:00.000Z", { ["luna-1/water"] = "2026-11-20" },
      { { subject = "Low stock: ore at luna-1" } }),
    -- The summary: what is still low and not yet told; nothing to tell sends nothing.
    { hook = "every", every = "1d", now = "2026-11-21T00:00:00Z",
      given = { state = { ["luna-1/water"] = "2026-11-20", ["luna-1/ore"] = "2026-11-20",
                          ["luna-1/ice"] = "2026-11-19+" },
                stock = { ["luna-1/water"] = { on_hand = 99, low_at = 100, low = true },
                          ["luna-1/ore"] = { on_hand = 500, low_at = 100, low = false } } },
      expect_notices = { { channel = "ops", subject = "Low stock: 1 in all",
                           text = "luna-1: 99 of water on hand, the limit is 100" } } },
    { hook = "every", every = "1d", now = "2026-11-21T00:00:00Z", expect_notices = {} },
  },
}
