import Domain
import Testing

@testable import Ledger

/// Ids, texts, attributes and the catalog's own rules.
@Suite struct GrammarRuleTests {
    @Test func ids() throws {
        try Market.check { market in
            let long = String(repeating: "a", count: 64)
            for id in ["a", "A.b_c-9", "0", long] {
                market.setUp([
                    "STATION ADD \(id)", "ITEM ADD \(id)", "SHIP ADD \(id)",
                    "TRADE CREATE luna mars ore:1 ID \(id)",
                    "CARGO CREATE luna mars ore:1 ID \(id)",
                ])
            }
            for id in ["-a", ".a", "_a", "a b", "a/b", "a:b", "ä", "", long + "a", "a\u{0}"] {
                for line in [
                    "STATION ADD '\(id)'", "ITEM ADD '\(id)'", "SHIP ADD '\(id)'",
                    "TRADE CREATE luna mars ore:1 ID '\(id)'",
                    "CARGO CREATE luna mars ore:1 ID '\(id)'",
                ] { market.refuse(line, .syntax) }
            }
            for word in [
                "ID", "id", "Currency", "TTL", "search", "quote", "update", "summary", "REV",
            ] {
                market.refuse("STATION ADD \(word)", .syntax, "another")
                market.refuse("ITEM ADD \(word)", .syntax)
                market.refuse("TRADE CREATE luna mars ore:1 ID \(word)", .syntax)
            }
            for place in ["SUPPLIER", "TRANSIT", "CONSUMED", "LOSS", "ADJUST"] {
                market.refuse("STATION ADD \(place)", .syntax, "virtual place")
            }
            market.setUp(["STATION ADD supplier"])
            market.refuse("STATION ADD luna", .exists, "luna")
            market.refuse("ITEM ADD water", .exists, "water")
            market.refuse("SHIP ADD a", .exists)
            market.refuse("CURRENCY ADD CR Credits 2", .exists)
        }
    }

    @Test func idsThatTheServerChooses() throws {
        try Market.check { market in
            let trade = market.take("TRADE CREATE luna mars ore:1")
            let id = trade.at("id")
            #expect(ULID(id.utf8.span)?.seq == UInt64(trade.at("seq")))
            market.refuse("TRADE CREATE luna mars ore:1 ID \(id)", .range, "the server chooses")
            let next = ULID(
                milliseconds: market.clock.wallMilliseconds(), n: 0,
                seq: market.ledger.writtenSeq + 1)
            market.refuse("TRADE CREATE luna mars ore:1 ID \(next)", .range)
            market.refuse("CARGO CREATE luna mars ore:1 ID \(next)", .range)
            // A client's own ULID has random bits where the server's has a seq.
            let random = "01JD3Z8W5Q7Y9K2M4N6P8R0S2T"
            market.setUp(["TRADE CREATE luna mars ore:1 ID \(random)"])
            #expect(market.trade(random) == "initiated")
            #expect(market.trade(id) == "initiated")
        }
    }

    @Test func texts() throws {
        try Market.check { market in
            market.setUp(["TRADE CREATE luna mars ore:1 ID t", "CARGO CREATE luna mars ore:1 ID c"])
            let places = [
                "STATION SET luna NAME", "ITEM SET ore NAME", "ITEM SET ore DESCRIPTION",
                "ITEM SET ore CATEGORY", "ITEM SET ore UNIT", "INVENTORY ADD luna ore 1 REASON",
                "INVENTORY ADJUST luna ore 1 REASON", "TRADE CREATE luna mars ore:1 REF",
                "TRADE PAY t REF", "TRADE CANCEL t REASON", "CARGO TRACK c 1 1 1 NOTE",
                "CARGO CANCEL c REASON", "SHIP ADD swift NAME",
            ]
            let bad: [[UInt8]] = [
                [0], [0x0a], [0x0d], [0x1b, 0x5b], [0x61, 0x7f], [0xc2, 0x80], [0xc2, 0x9f, 0x61],
                [0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            ]
            for place in places {
                for bytes in bad {
                    let answer = market.run(words: Market.words(place) + [bytes])
                    #expect(answer.code == .syntax, "\(place) \(bytes): \(answer)")
                }
                let long = Array("\(String(repeating: "x", count: 1_025))".utf8)
                #expect(market.run(words: Market.words(place) + [long]).code == .limit)
            }
            let text = String(repeating: "ü", count: 500) + "\u{a0}€ 🚀 \"quoted\" \\"
            for place in places {
                let answer = market.run(words: Market.words(place) + [Array(text.utf8)])
                #expect(answer.error == nil, "\(place): \(answer)")
            }
            #expect(market.run("STATION GET luna").json().at("name") == text)
        }
    }

    @Test func attributes() throws {
        try Market.check { market in
            func code(_ meta: String) -> ErrorCode? {
                market.run(
                    words: Market.words("STATION SET luna META") + [Array(meta.utf8)]
                ).code
            }
            #expect(code("{ \"a\" : [1, {\"b\": null}] }") == nil)
            #expect(market.run("STATION GET luna").json().at("attributes.a.0") == "1")
            for meta in [
                "", "x", "[]", "1", "null", "\"a\"", "{", "{\"a\":1,}", "{\"a\":1,\"a\":2}",
                "{} {}",
                "{\"a\":1e999}", "{\"a\":\"\u{1}\"}", "{\"a\":01}",
            ] { #expect(code(meta) == .syntax, "\(meta)") }
            let deep = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
            #expect(code("{\"a\":\(deep)}") == .syntax)
            #expect(code("{\"a\":\(deep.dropFirst().dropLast())}") == nil)
            let fill = String(repeating: "x", count: (16 << 10) - 8)
            #expect(code("{\"a\":\"\(fill)\"}") == nil)
            #expect(code("{\"a\":\"\(fill)x\"}") == .limit)
            market.setUp(["STATION SET luna META NONE"])
            #expect(market.run("STATION GET luna").json().at("attributes") == "{}")
        }
    }

    @Test func theCatalog() throws {
        try Market.check { market in
            market.setUp([
                "STATION ADD terra KIND planet AT 1 2 3", "STATION ADD iss KIND depot ORBITS terra",
                "STATION SET iss ORBITS NONE", "SHIP ADD swift DOCKED terra",
            ])
            market.refuse("STATION ADD x ORBITS iss", .badState, "not a planet")
            market.refuse("STATION ADD x ORBITS nowhere", .notFound)
            market.refuse("STATION SET terra ORBITS terra", .badState)
            market.refuse("STATION ADD x KIND star", .syntax, "planet, station, depot")
            market.refuse("STATION ADD x AT 1 2", .syntax)
            market.refuse("STATION SET nowhere NAME x", .notFound)
            market.refuse("ITEM SET nothing NAME x", .notFound)
            market.refuse("SHIP SET nothing NAME x", .notFound)
            market.refuse("SHIP SET swift STATUS flying", .syntax)
            market.refuse("SHIP ADD slow DOCKED nowhere", .notFound)
            market.refuse("ITEM ADD tin MASS -1", .range)
            market.refuse("ITEM ADD tin MASS 1.0001", .range)
            market.refuse("ITEM ADD tin PRICE 1.005 CR", .range)
            market.refuse("ITEM ADD tin PRICE -1 CR", .range)
            market.refuse("ITEM ADD tin PRICE 1 EUR", .notFound)
            market.refuse("CURRENCY ADD usd Dollar 2", .syntax)
            market.refuse("CURRENCY ADD U Dollar 2", .syntax)
            market.refuse("CURRENCY ADD USD Dollar 10", .range)
            market.refuse("CURRENCY ADD USD Dollar -1", .range)
            #expect(market.run("SHIP GET swift").json().at("position.z") == "3")
        }
    }
}
