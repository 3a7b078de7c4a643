import Domain
import JSON
import Testing

@testable import Ledger

/// Where a price comes from, what it becomes in the trade's currency, and how it is rounded.
@Suite struct PricingRuleTests {
    private static let currencies = [
        "CURRENCY ADD USD Dollar 2", "CURRENCY ADD YEN Yen 0", "CURRENCY ADD NAN Nano 9",
    ]

    @Test func namedBeforeAskBeforeList() throws {
        try Market.check { market in
            func source(_ line: String) -> String {
                let quote = market.take("TRADE QUOTE luna mars \(line)")
                return quote.at("steps.0.source") + " " + quote.at("lines.0.unit_price")
            }
            #expect(source("water:1") == "list 12.50")
            market.take("INVENTORY LIMITS luna water ASK 11 CR")
            #expect(source("water:1") == "ask 11.00")
            #expect(source("water:1@10.5") == "named 10.50")
            market.take("INVENTORY LIMITS luna water ASK NONE")
            #expect(source("water:1") == "list 12.50")
            #expect(source("water:1@0") == "named 0.00")
            market.refuse("TRADE QUOTE luna mars water:1@-1", .range, "negative")
        }
    }

    @Test func noPrice() throws {
        try Market.check { market in
            market.refuse("TRADE CREATE mars luna gas:1", .noPrice, "gas has no price", "mars")
            market.refuse("TRADE CREATE mars luna gas:1 CURRENCY CR", .noPrice)
            market.setUp(Self.currencies)
            market.refuse("TRADE CREATE luna mars water:1 CURRENCY USD", .noPrice, "CR to USD")
            market.refuse("TRADE CREATE luna mars water:1 CURRENCY EUR", .notFound, "EUR")
            market.refuse("TRADE CREATE luna mars water:1 CURRENCY eur", .syntax)
            market.take("INVENTORY LIMITS mars gas ASK 2.25 USD")
            #expect(market.take("TRADE CREATE mars luna gas:2").at("total") == "4.50")
        }
    }

    @Test func theFirstLineDecidesTheCurrency() throws {
        try Market.check { market in
            market.setUp(
                Self.currencies + ["RATE SET USD CR 2", "INVENTORY LIMITS luna ore ASK 3.33 USD"])
            let dollars = market.take("TRADE CREATE luna mars ore:2 water:2")
            #expect(dollars.at("currency") == "USD")
            // 12.50 CR at the inverse of 2 is 6.25 USD.
            #expect(dollars.at("lines.1.unit_price") == "6.25")
            #expect(dollars.at("total") == "19.16")
            let credits = market.take("TRADE CREATE luna mars water:2 ore:2")
            #expect(credits.at("currency") == "CR")
            #expect(credits.at("lines.1.unit_price") == "6.66")
            #expect(credits.at("total") == "38.32")
            #expect(market.take("TRADE QUOTE mars luna gas:1@5").at("currency") == "CR")
        }
    }

    /// Rounded once, half to even, at the given rate or at the inverse of the opposite one.
    @Test(arguments: [
        ("CR YEN 0.5", "1", "0"), ("CR YEN 0.5", "3", "2"), ("CR YEN 0.5", "5", "2"),
        ("CR YEN 0.5", "7", "4"), ("YEN CR 2", "1", "0"), ("YEN CR 2", "3", "2"),
        ("YEN CR 2", "5", "2"), ("YEN CR 3", "1", "0"), ("YEN CR 3", "5", "2"),
        ("CR YEN 0.333333333", "3", "1"), ("CR YEN 150.25", "2", "300"),
        ("CR YEN 150.25", "6", "902"), ("CR YEN 0.000000001", "1", "0"),
    ])
    func conversion(rate: String, price: String, converted: String) throws {
        try Market.check { market in
            market.setUp(
                Self.currencies + ["RATE SET \(rate)", "ITEM SET ore PRICE \(price) CR"])
            let quote = market.take("TRADE QUOTE luna mars ore:1 CURRENCY YEN")
            #expect(quote.at("lines.0.unit_price") == converted)
            #expect(quote.at("total") == converted)
        }
    }

    @Test func directRateBeforeTheInverse() throws {
        try Market.check { market in
            market.setUp(
                Self.currencies + [
                    "RATE SET USD CR 2", "RATE SET CR USD 0.4", "RATE SET CR USD 0.3",
                ])
            #expect(market.take("TRADE QUOTE luna mars ore:1 CURRENCY USD").at("total") == "0.90")
            market.refuse("RATE SET CR CR 1", .range, "itself")
            market.refuse("RATE SET CR EUR 1", .notFound, "EUR")
            for rate in ["0", "-1", "0.0000000001", "x", "1e3"] {
                let code = market.run("RATE SET CR USD \(rate)").code
                #expect(code == .range || code == .syntax)
            }
        }
    }

    @Test func namedPricesAreRoundedHalfEven() throws {
        try Market.check { market in
            for (price, rounded) in [
                ("1.005", "1.00"), ("1.015", "1.02"), ("1.0150001", "1.02"), ("1.0249", "1.02"),
                ("1.025", "1.02"), ("1.0250000001", ""), ("0.000000001", "0.00"),
            ] {
                let answer = market.run("TRADE QUOTE luna mars water:1@\(price)")
                if rounded.isEmpty {
                    #expect(answer.code == .range)
                } else {
                    #expect(answer.json().at("lines.0.unit_price") == rounded)
                }
            }
        }
    }

    @Test func theMaximumGuardsTheBuyer() throws {
        try Market.check { market in
            market.refuse(
                "TRADE CREATE luna mars water:2 MAX 24.99", .rejected, "25.00 CR", "24.99")
            market.refuse("TRADE RESERVE luna mars water:2 MAX 24.99 TTL 5", .rejected)
            market.refuse("TRADE QUOTE luna mars water:2 MAX 24.99", .rejected)
            // Never rounded up to what the buyer did not say.
            market.refuse("TRADE CREATE luna mars water:2 MAX 24.999", .rejected, "24.999")
            market.refuse("TRADE CREATE luna mars water:1@0.02 MAX 0.015", .rejected)
            market.take("TRADE CREATE luna mars water:2 MAX 25")
            market.take("TRADE CREATE luna mars water:2 MAX 25.000000000")
            market.take("TRADE CREATE luna mars water:2 MAX 9223372036")
        }
    }

    @Test func totalsDoNotOverflow() throws {
        try Market.check { market in
            let large = "92233720368547758.07"
            market.refuse("TRADE CREATE luna mars water:2@\(large)", .range, "total")
            market.refuse("TRADE CREATE luna mars water:1@\(large) ore:1@0.01", .range, "total")
            let trade = market.take("TRADE CREATE luna mars water:1@\(large)")
            #expect(trade.at("total") == large)
            market.refuse("TRADE CREATE luna mars water:1@92233720368547758.08", .range)
            market.setUp(Self.currencies + ["RATE SET CR NAN 9000000000"])
            market.refuse("TRADE QUOTE luna mars water:1 CURRENCY NAN", .range)
            market.setUp(["ITEM ADD star MASS 9000000000000000", "INVENTORY ADD luna star 5000"])
            market.refuse("CARGO CREATE luna mars star:5000", .range, "mass")
        }
    }

    @Test func stepsAreKept() throws {
        try Market.check { market in
            market.setUp(Self.currencies + ["RATE SET CR USD 0.4"])
            let trade = market.take(
                "TRADE CREATE luna mars water:1 ore:1@7 CURRENCY USD ID t TRACE")
            #expect(trade.at("steps.0.source") == "list")
            #expect(trade.at("steps.0.after") == "5.00")
            #expect(trade.at("steps.1.source") == "named")
            let explained = market.run("EXPLAIN TRADE t").json()
            #expect(explained["steps"] == trade["steps"])
        }
    }

    @Test func aQuoteWritesNothing() throws {
        try Market.check { market in
            let seq = market.ledger.writtenSeq
            let quote = market.take("TRADE QUOTE luna mars water:5000")
            #expect(quote.at("total") == "62500.00")
            #expect(market.ledger.writtenSeq == seq)
            #expect(market.figures("luna", "water") == "1000 0 0 0")
            // Readable by all, whatever their stations.
            let viewer = Caller.of("vega", role: .viewer)
            #expect(market.run("TRADE QUOTE luna mars water:1", as: viewer).error == nil)
        }
    }
}
