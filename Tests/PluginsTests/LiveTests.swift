import Basics
import Domain
import Ledger
import Plugins
import Storage
import Testing

@Suite struct LivePricingTests {
    private static let discount = PluginSources.plugin(
        """
        pricing = function(trade, line)
          if line.quantity >= 100 then return line.price * "0.95", "bulk" end
        end
        """)

    @Test func aRulePricesAndIsExplained() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(Self.discount)
        #expect(market.run("TRADE CREATE luna mars water:100 ID t-1").at("total") == "950.00")
        #expect(market.run("TRADE CREATE luna mars water:99 ID t-2").at("total") == "990.00")
        #expect(market.run("TRADE QUOTE luna mars water:100").at("total") == "950.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.0.source") == "list")
        #expect(explained.at("steps.1.rule") == "rule")
        #expect(explained.at("steps.1.version").hasPrefix("1.0@"))
        #expect(explained.at("steps.1.outcome") == "changed")
        #expect(explained.at("steps.1.before") == "10.00")
        #expect(explained.at("steps.1.after") == "9.50")
        #expect(explained.at("steps.1.reason") == "bulk")
        #expect(explained.at("steps.1.inputs") == "null")
        #expect(market.run("EXPLAIN TRADE t-2").at("steps.1.outcome") == "unchanged")
        #expect(market.figures("pricing").calls == 3)
    }

    @Test func rulesRunByPriorityThenName() throws {
        let market = try RuledMarket()
        market.setUp()
        func step(_ name: String, _ priority: Int, _ expression: String) {
            market.load(
                PluginSources.plugin(
                    "priority = \(priority), "
                        + "pricing = function(trade, line) return \(expression) end",
                    name: name), name: name)
        }
        step("b", 50, "line.price + 1")
        step("a", 50, "line.price * 2")
        step("z", 10, "line.price + 5")
        step("c", 90, "(line.price - 1) / 3")
        // ((10 + 5) · 2 + 1 − 1) / 3
        let trade = market.run("TRADE CREATE luna mars water:1 ID t-1")
        #expect(trade.at("total") == "10.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect((1...4).map { explained.at("steps.\($0).rule") } == ["z", "a", "b", "c"])
        #expect(
            (1...4).map { explained.at("steps.\($0).after") }
                == ["15.00", "30.00", "31.00", "10.00"])
    }

    @Test func eachLineIsPricedForItself() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                """
                pricing = function(trade, line)
                  return line.price + #trade.lines, line.item .. tostring(trade.total)
                end
                """))
        let trade = market.run("TRADE CREATE luna mars water:2 ore:10 ID t-1")
        #expect(trade.at("lines.0.unit_price") == "12.00")
        #expect(trade.at("lines.1.unit_price") == "5.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.1.reason") == "water50.00 CR")
        #expect(explained.at("steps.3.reason") == "ore54.00 CR")
    }

    @Test func aNamedPriceIsLeftAlone() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(Self.discount)
        let left = market.run("TRADE CREATE luna mars water:100@8.00 ID t-1")
        #expect(left.at("total") == "800.00")
        #expect(market.run("EXPLAIN TRADE t-1").at("steps.1") == "no 1")
        market.load(
            PluginSources.plugin(
                """
                named_prices = true,
                pricing = function(trade, line) if line.named then return line.price * 2 end end
                """, name: "twice"), name: "twice")
        #expect(
            market.run("TRADE CREATE luna mars water:100@8.00 ID t-2").at("total") == "1600.00")
    }

    @Test func aStationsRulePricesItsSales() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                "pricing = function(trade, line) return line.price * 2 end", station: "luna"))
        #expect(market.run("TRADE CREATE luna mars ore:1").at("total") == "6.00")
        #expect(market.run("TRADE CREATE mars luna ore:1").at("total") == "3.00")
    }

    @Test func failuresAreSkippedOrReject() throws {
        let market = try RuledMarket()
        market.setUp()
        let body = "pricing = function(trade, line) return line.price * 1.5 end"
        market.load(PluginSources.plugin(body))
        let trade = market.run("TRADE CREATE luna mars water:1 ID t-1")
        #expect(trade.at("total") == "10.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.1.outcome") == "skipped")
        #expect(explained.at("steps.1.error").hasPrefix("line 4: money and a float: use a string"))
        #expect(market.lastEvents(1) == ["plugin.failed"])
        market.load(PluginSources.plugin(body, onError: "reject", head: "-- 2"))
        #expect(
            market.run("TRADE CREATE luna mars water:1 ID t-2").error?.hasPrefix(
                "RULEERROR the pricing of rule rule failed: line 4: money and a float") == true)
        #expect(market.run("TRADE GET t-2").description == "null")
        let figures = market.figures("pricing")
        #expect(figures.errors == 2 && figures.skips == 1 && figures.rejections == 1)
        let lines = market.rules.log.lines(of: Identifier(literal: "rule"))
        #expect(lines.count == 2 && lines.allSatisfy { $0.level == .error })
    }

    @Test func everyReadIsInTheEvent() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                """
                pricing = function(trade, line)
                  local stock = entrepot.stock(trade.seller, line.item)
                  if stock.available > 10 then return line.price * "0.5" end
                end,
                validate = function(trade) entrepot.station(trade.buyer) end,
                eta = function(shipment)
                  local far = entrepot.distance(shipment.origin, shipment.destination)
                  return "+" .. math.floor(far) .. "h"
                end
                """))
        let trade = market.run("TRADE CREATE luna mars water:1 ID t-1")
        #expect(trade.at("total") == "5.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.1.inputs.stock/luna/water.available") == "100000")
        let view = market.ledger.durableView
        let made = try #require(try view.trade(id: Identifier(literal: "t-1")))
        let event = try #require(try view.event(made.key.seq))
        #expect(event.cause.rules.map(\.hook) == ["pricing", "validate", "eta"])
        #expect(event.cause.rules[0].inputs == nil)
        #expect(
            event.cause.rules[1].inputs?.hasPrefix("{\"station/mars\":{\"id\":\"mars\"") == true)
    }
}

@Suite struct LiveRefusalTests {
    @Test func validateOfSellerAndBuyer() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                "validate = function(trade) if trade.total > 50 then return 'too\\nmuch' end end",
                station: "mars", onError: "reject"))
        for words in ["luna mars ore:20", "mars vega ore:20"] {
            #expect(
                market.run("TRADE CREATE \(words)").error
                    == "REJECTED rule refuses the trade: too much")
            #expect(market.run("TRADE QUOTE \(words)").error?.hasPrefix("REJECTED") == true)
        }
        #expect(market.run("TRADE CREATE luna vega ore:20").error == nil)
        #expect(market.run("TRADE CREATE luna mars ore:1").error == nil)
        #expect(market.figures("validate").rejections == 4)
    }

    @Test func arrivals() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                "priority = 1, eta = function(shipment) return '+5h' end", name: "first"),
            name: "first")
        market.load(
            PluginSources.plugin(
                "eta = function(shipment) return shipment.eta_ms + 1000 end", name: "second",
                station: "luna"), name: "second")
        let first = market.run("TRADE CREATE luna mars water:1 ID t-1").at("shipments.0")
        #expect(market.run("CARGO GET \(first)").at("eta") == "2026-11-18T16:06:41.000Z")
        let second = market.run("TRADE CREATE mars luna ore:1").at("shipments.0")
        #expect(market.run("CARGO GET \(second)").at("eta") == "2026-11-18T16:06:40.000Z")
        let named = market.run("TRADE CREATE luna mars water:1 ETA +1h").at("shipments.0")
        #expect(market.run("CARGO GET \(named)").at("eta") == "2026-11-18T12:06:40.000Z")
        #expect(
            market.run("CARGO CREATE luna mars water:1").at("eta") == "2026-11-18T16:06:41.000Z")
    }
}

@Suite struct TrialTests {
    private static func times(_ factor: String) -> String {
        PluginSources.plugin("pricing = function(trade, line) return line.price * '\(factor)' end")
    }

    @Test func aShadowChangesNothing() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(Self.times("2"))
        market.load(Self.times("3"), mode: "shadow")
        #expect(market.run("TRADE CREATE luna mars water:1 ID t-1").at("total") == "20.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.1.outcome") == "changed")
        #expect(explained.at("steps.2.outcome") == "shadow")
        #expect(explained.at("steps.2.before") == "10.00")
        #expect(explained.at("steps.2.after") == "30.00")
        market.load(Self.times("2.0"), mode: "shadow")
        #expect(market.run("TRADE CREATE luna mars water:1 ID t-2").at("total") == "20.00")
        let figures = market.figures("pricing")
        #expect(figures.calls == 4 && figures.shadows == 2 && figures.divergences == 1)
        // Alone it is watched beside the price without it.
        #expect(market.run("PLUGIN MODE rule off").error == nil)
        #expect(market.run("PLUGIN MODE rule shadow").error == nil)
        #expect(market.run("TRADE CREATE luna mars water:1 ID t-3").at("total") == "10.00")
        #expect(market.figures("pricing").divergences == 2)
    }

    @Test func aShadowThatFailsRefusesNothing() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                """
                pricing = function() error('no') end,
                validate = function() return 'never' end,
                eta = function() error('no') end
                """, onError: "reject"), mode: "shadow")
        #expect(market.run("TRADE CREATE luna mars water:1 ID t-1").at("total") == "10.00")
        #expect(market.figures("validate").divergences == 1)
        #expect(market.figures("pricing").errors == 1)
    }

    @Test func aCanaryServesItsShare() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(Self.times("2"))
        market.load(Self.times("3"), mode: "canary 30")
        var served = 0
        for number in 0..<200 {
            let quote = market.run("TRADE QUOTE luna mars water:1 ID q-\(number)")
            let isInShare = quote.at("total") == "30.00"
            if isInShare {
                served += 1
                #expect(quote.at("steps.1.outcome") == "changed")
                #expect(quote.at("steps.2") == "no 2")
            } else {
                #expect(quote.at("total") == "20.00")
                #expect(quote.at("steps.1.outcome") == "not_in_canary")
                #expect(quote.at("steps.2.outcome") == "changed")
            }
            // The same id has the same price as a trade.
            if number < 20 {
                let trade = market.run("TRADE CREATE luna mars water:1 ID q-\(number)")
                #expect(trade.at("total") == quote.at("total"))
            }
        }
        #expect(served > 35 && served < 90)
        // Without an id a quote shows what lives.
        for _ in 0..<20 {
            #expect(market.run("TRADE QUOTE luna mars water:1").at("total") == "20.00")
        }
    }

    @Test func modesAndRollbacksSwapMachines() throws {
        let market = try RuledMarket()
        market.setUp()
        func total() -> String { market.run("TRADE QUOTE luna mars water:1").at("total") }
        market.load(Self.times("2"), mode: nil)
        #expect(total() == "10.00")
        market.run("PLUGIN MODE rule live")
        #expect(total() == "20.00")
        market.load(Self.times("3"))
        #expect(total() == "30.00")
        market.run("PLUGIN ROLLBACK rule")
        #expect(total() == "20.00")
        market.run("PLUGIN ROLLBACK rule")
        #expect(total() == "30.00")
        market.run("PLUGIN MODE rule off")
        #expect(total() == "10.00")
        market.run("PLUGIN MODE rule live")
        #expect(total() == "30.00")
        market.run("PLUGIN REMOVE rule")
        #expect(total() == "10.00")
        market.load(Self.times("2"))
        #expect(total() == "20.00")
    }

    @Test func rulesSurviveARestart() throws {
        let folder: Folder
        let clock = HandClock()
        var before = ""
        do {
            let market = try RuledMarket(clock: clock)
            folder = market.folder
            market.setUp()
            market.load(
                PluginSources.plugin(
                    """
                    pricing = function(trade, line)
                      return money(entrepot.random(1000000)), tostring(math.random(1000000))
                    end
                    """))
            before = market.run("TRADE QUOTE luna mars water:1 ID q-1").at("steps.1")
        }
        let market = try RuledMarket(folder: folder, clock: clock)
        let after = market.run("TRADE QUOTE luna mars water:1 ID q-1").at("steps.1")
        func bare(_ step: String) -> Substring { step.prefix { $0 != "i" || true }.prefix(150) }
        #expect(bare(before) == bare(after))
        #expect(before.contains("\"outcome\":\"changed\""))
    }
}

@Suite struct FailureTests {
    @Test func fiveFailuresTakeAVersionOut() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin("pricing = function(trade, line) return line.price * 2 end"))
        market.load(
            PluginSources.plugin("pricing = function(trade, line) error('broken') end"))
        // Quotes and dry runs do not count.
        for _ in 0..<10 {
            #expect(market.run("TRADE QUOTE luna mars water:1").at("total") == "10.00")
            _ = market.run("TRADE CREATE luna mars water:1", isDryRun: true)
        }
        for _ in 0..<4 {
            #expect(market.run("TRADE CREATE luna mars water:1").at("total") == "10.00")
        }
        // The first failure was told; the others of that minute were not.
        #expect(market.run("PLUGIN INFO rule").at("live") != "null")
        #expect(market.run("TRADE CREATE luna mars water:1").at("total") == "10.00")
        #expect(market.lastEvents(1) == ["plugin.failed"])
        #expect(market.run("TRADE CREATE luna mars water:1").at("total") == "20.00")
    }

    @Test func threeKillsTakeAVersionOut() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(PluginSources.plugin("validate = function() while true do end end"))
        for _ in 0..<3 { #expect(market.run("TRADE CREATE luna mars water:1").error == nil) }
        #expect(market.lastEvents(1) == ["plugin.disabled"])
        #expect(market.figures("validate").kills == 3)
        #expect(market.run("TRADE CREATE luna mars water:1").error == nil)
        #expect(market.figures("validate").kills == 3)
    }

    @Test func killsFarApartDoNot() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(PluginSources.plugin("validate = function() while true do end end"))
        for _ in 0..<4 {
            #expect(market.run("TRADE CREATE luna mars water:1").error == nil)
            market.clock.advance(seconds: 40)
        }
        #expect(market.figures("validate").kills == 4)
        #expect(market.run("PLUGIN INFO rule").at("mode") == "live")
    }

    @Test func aCandidateThatFailsEndsItsTrial() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin("pricing = function(trade, line) return line.price * 2 end"))
        market.load(
            PluginSources.plugin("pricing = function(trade, line) error('broken') end"),
            mode: "shadow")
        for _ in 0..<5 { market.run("TRADE CREATE luna mars water:1") }
        #expect(market.run("PLUGIN INFO rule").at("mode") == "live")
        #expect(market.run("TRADE CREATE luna mars water:1 ID t-1").at("total") == "20.00")
        #expect(market.run("EXPLAIN TRADE t-1").at("steps.2") == "no 2")
    }

    @Test func theRulesOfATradeShareItsTime() throws {
        var limits = Limits()
        limits.ruleMicroseconds = 1_000_000
        limits.ruleTradeMicroseconds = 20_000
        limits.ruleInstructions = 1_000_000_000
        let market = try RuledMarket(limits: limits)
        market.setUp()
        let busy = "pricing = function() local t = 0 while true do t = t + 1 end end"
        market.load(PluginSources.plugin(busy))
        market.load(
            PluginSources.plugin(
                "priority = 60, pricing = function(trade, line) return 1 end", name: "late"),
            name: "late")
        let trade = market.run("TRADE CREATE luna mars water:1 ID t-1")
        #expect(trade.at("total") == "10.00")
        let explained = market.run("EXPLAIN TRADE t-1")
        #expect(explained.at("steps.1.error").contains("time budget used up"))
        #expect(
            explained.at("steps.2.error") == "the rules of this trade have used up their time")
    }

    /// Killed at any instruction, a rule leaves the trade whole or absent.
    @Test func killedAnywhere() throws {
        let folder = try Self.killed()
        let report = try Verification.run(directory: folder.path)
        #expect(report.isClean, "\(report.problems)")
    }

    /// A store whose trades were made under a rule that was killed again and again.
    private static func killed() throws -> Folder {
        let market = try RuledMarket()
        market.setUp()
        let work = """
            pricing = function(trade, line)
              local stock = entrepot.stock(trade.seller, line.item)
              local price = line.price
              for i = 1, 200 do price = price + "0.01" end
              entrepot.log("info", "priced")
              return price, "two more"
            end,
            validate = function(trade) for i = 1, 300 do local x = trade.lines[1] end end,
            eta = function(shipment) for i = 1, 100 do local x = shipment.eta end return "+1h" end
            """
        market.load(PluginSources.plugin(work, onError: "reject"))
        var made = 0
        var refused = 0
        for count in stride(from: 1, through: 2_000, by: 37) {
            market.rules.limits.ruleInstructions = count
            let id = "t-\(count)"
            let answer = market.run("TRADE CREATE luna mars water:1 ID \(id)")
            let stored = market.run("TRADE GET \(id)")
            if let error = answer.error {
                refused += 1
                #expect(error.hasPrefix("RULEERROR"))
                #expect(stored.description == "null")
            } else {
                made += 1
                #expect(stored.at("total") == "12.00")
            }
            market.clock.advance(seconds: 61)
            if market.run("PLUGIN INFO rule").at("mode") != "live" {
                market.run("PLUGIN MODE rule live")
            }
        }
        #expect(refused > 10)
        market.rules.limits.ruleInstructions = 100_000
        #expect(market.run("TRADE CREATE luna mars water:1").at("total") == "12.00")
        let stock = market.run("INVENTORY GET luna water")
        #expect(stock.at("on_hand") == "\(100_000 - made - 1)")
        #expect(stock.at("reserved") == "0")
        #expect(market.run("INVENTORY GET mars water").at("incoming") == "\(made + 1)")
        return market.folder
    }

    @Test func aMultiIsWholeOrNothing() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                "validate = function(trade) if trade.id == 't-2' then error('x') end end",
                onError: "reject"))
        let answer = market.multi([
            "TRADE CREATE luna mars water:1 ID t-1", "TRADE CREATE luna mars water:1 ID t-2",
        ])
        #expect(
            answer.error
                == "EXECABORT command 2 (TRADE CREATE): RULEERROR the validate of rule rule "
                + "failed: line 4: x")
        #expect(market.run("TRADE GET t-1").description == "null")
    }

    @Test func theLogNeedsNoRules() throws {
        let folder: Folder
        do {
            let market = try RuledMarket()
            folder = market.folder
            market.setUp()
            market.load(
                PluginSources.plugin(
                    """
                    pricing = function(trade, line)
                      return line.price * (entrepot.random(50) + 50) / 100, "by chance"
                    end,
                    eta = function() return "+3h" end
                    """))
            for number in 0..<50 {
                #expect(
                    market.run("TRADE CREATE luna mars water:\(number + 1)").error == nil)
            }
            market.run("PLUGIN REMOVE rule")
        }
        let report = try Verification.run(directory: folder.path)
        #expect(report.isClean, "\(report.problems)")
    }
}
