import Domain

/// The text that `entrepot plugin new` writes: a rule that does nothing yet, with its comments and
/// with tests that pass.
struct PluginTemplate {
    /// The hooks that there are templates of.
    enum Hook: String, CaseIterable {
        case pricing
        case validate
        case eta
        case on
        case every
    }

    let name: Identifier
    /// nil for `*`.
    let station: Identifier?
    let hooks: [Hook]

    var text: String {
        """
        -- \(name): what it is for, in one line.
        --
        -- Check it with `entrepot plugin test \(name).lua`. Saved in the folder `plugins/` beside a
        -- server it becomes a version; it is off until PLUGIN MODE \(name) shadow|canary n|live.
        return {
          name = "\(name)",
          version = "0.1.0",
          api = 1,
          description = "",
          -- Whose sales it prices; "*" is for all stations, and the administrator's alone.
          station = "\(station?.text ?? "*")",
          -- Lower runs first; ties by name.
          priority = 50,
          -- What becomes of a trade when the rule fails: "skip" the rule, or "reject" the trade.
          on_error = "\(hooks.contains(.validate) ? "reject" : "skip")",

        \(hooks.map(\.code).joined(separator: "\n"))
          tests = {
        \(hooks.map { $0.test(station: station?.text ?? "luna-1") }.joined(separator: "\n"))
          },
        }

        """
    }
}

extension PluginTemplate.Hook {
    fileprivate var code: String {
        switch self {
        case .pricing:
            """
              -- For each line, after the rules before it: a new unit price and a reason, or nil to
              -- leave it. Prices are exact money: multiply by strings or integers, never by floats.
              pricing = function(trade, line)
                if line.quantity >= 100 then
                  return line.price * "0.95", "5 % off 100 units or more"
                end
              end,

            """
        case .validate:
            """
              -- Once per trade, when its prices are made: a reason to refuse it, or nil.
              validate = function(trade)
                if trade.buyer == "nobody" then return "nothing is sold to nobody" end
              end,

            """
        case .eta:
            """
              -- When a shipment is made that names no ETA: a time, milliseconds or "+72h"; or nil.
              eta = function(shipment)
                return "+72h"
              end,

            """
        case .on:
            """
              -- After the commit: notices for channels, and what is to be remembered. Patterns are
              -- a type of event, "trade.*" or "*".
              on = {
                ["shipment.delayed"] = function(event)
                  local shipment = event.data.shipment
                  return { { channel = "ops", subject = shipment.id .. " is delayed",
                             text = "It was due " .. shipment.eta .. ".",
                             key = "shipment/" .. shipment.id } }
                end,
              },

            """
        case .every:
            """
              -- By the leader's clock: notices for channels, and what is to be remembered.
              every = {
                ["24h"] = function(now)
                  return { notices = { { channel = "ops", subject = "Another day" } },
                           state = { days = (entrepot.state.days or 0) + 1 } }
                end,
              },

            """
        }
    }

    fileprivate func test(station: String) -> String {
        switch self {
        case .pricing:
            """
                { hook = "pricing", trade = { seller = "\(station)" },
                  line = { item = "water", quantity = 100, price = "10.00" }, expect = "9.50" },
                { hook = "pricing", trade = { seller = "\(station)" },
                  line = { item = "water", quantity = 99, price = "10.00" }, expect = "10.00" },
            """
        case .validate:
            """
                { hook = "validate", trade = { seller = "\(station)", buyer = "nobody" },
                  expect_reject = "nobody" },
                { hook = "validate", trade = { seller = "\(station)", buyer = "mars-2" } },
            """
        case .eta:
            """
                { hook = "eta", shipment = { origin = "\(station)", destination = "mars-2" },
                  expect = "+72h" },
            """
        case .on:
            """
                { hook = "on", event = { type = "shipment.delayed", data = { shipment = {
                    id = "c-1", origin = "\(station)", destination = "mars-2",
                    eta = "2026-11-20T00:00:00Z" } } },
                  expect_notices = { { channel = "ops", subject = "c-1 is delayed" } } },
            """
        case .every:
            """
                { hook = "every", given = { state = { days = 6 } },
                  expect_notices = { { channel = "ops", subject = "Another day" } } },
            """
        }
    }
}
