import Basics
import Domain
import Testing

@testable import Ledger

/// Words that clear, levels that are crossed, and what the limits say.
@Suite struct ClearingRuleTests {
    @Test func noneClearsTexts() throws {
        try Market.check { market in
            market.setUp([
                "STATION SET luna NAME Luna",
                "ITEM SET ore NAME Ore DESCRIPTION d CATEGORY c UNIT u",
                "SHIP ADD swift NAME Swift", "STATION SET luna NAME none",
                "ITEM SET ore NAME NONE DESCRIPTION NONE CATEGORY NONE UNIT NONE",
                "SHIP SET swift NAME NONE", "TRADE CREATE luna mars ore:1 ID t REF NONE",
            ])
            #expect(market.run("STATION GET luna").json().at("name") == "luna")
            let item = market.run("ITEM GET ore").json()
            #expect(item.at("name") == "ore")
            for field in ["description", "category", "unit"] { #expect(item.at(field) == "null") }
            #expect(market.run("SHIP GET swift").json().at("name") == "swift")
            #expect(market.trade("t", "reference") == "null")
        }
    }

    @Test func aRowMayNeverBeLow() throws {
        try Market.check { market in
            func level(_ line: String) -> String {
                let row = market.take(line)
                return "\(row.at("low_at")) \(row.at("low"))"
            }
            #expect(level("INVENTORY LIMITS luna ore CAPACITY 1000") == "100 false")
            #expect(level("INVENTORY LIMITS luna ore LOW NONE") == "null false")
            #expect(level("INVENTORY LIMITS luna ore CAPACITY 90000") == "null false")
            try market.restart()
            #expect(level("INVENTORY LIMITS luna ore ASK 5 CR") == "null false")
            #expect(level("INVENTORY LIMITS luna ore LOW 7") == "7 false")
            #expect(level("INVENTORY LIMITS luna ore LOW 0") == "0 false")
        }
    }

    @Test func aRisingLevelIsCrossedOnce() throws {
        try Market.check { market in
            market.makes(["inventory.limits", "inventory.low"]) {
                market.setUp(["INVENTORY LIMITS luna ore LOW 501"])
            }
            market.makes(["inventory.limits"]) {
                market.setUp(["INVENTORY LIMITS luna ore LOW 600"])
            }
            market.makes(["inventory.limits"]) {
                market.setUp(["INVENTORY LIMITS luna ore LOW 500"])
            }
            // A tenth of the capacity is a level like any other.
            market.makes(["inventory.limits", "inventory.low"]) {
                market.setUp(["INVENTORY LIMITS luna water CAPACITY 20000"])
            }
            #expect(market.run("INVENTORY LIMITS luna water LOW 1").json().at("low") == "false")
        }
    }

    @Test func goodsOnTheirWayCanArrive() throws {
        try Market.check { market in
            market.setUp([
                "INVENTORY ADD mars water 9007199254740000",
                "TRADE CREATE luna mars water:900 ID t",
            ])
            market.refuse("TRADE CREATE luna mars water:92", .range, "incoming", "mars", "water")
            market.refuse("TRADE RESERVE luna mars water:92 TTL 60", .range, "incoming")
            market.refuse("CARGO CREATE luna mars water:92", .range, "incoming")
            market.refuse("INVENTORY ADD mars water 92", .range, "incoming")
            market.refuse("INVENTORY ADJUST mars water 92 REASON x", .range, "incoming")
            let shipment = market.shipment(of: "t")
            market.setUp([
                "INVENTORY ADD mars water 91", "CARGO DISPATCH \(shipment)",
                "CARGO DELIVER \(shipment)",
            ])
            #expect(market.figures("mars", "water") == "9007199254740991 0 0 0")
        }
    }

    @Test func aPlanetWithSatellitesStaysOne() throws {
        try Market.check { market in
            market.setUp([
                "STATION ADD terra KIND planet", "STATION ADD moon ORBITS terra",
                "STATION SET terra KIND planet",
            ])
            market.refuse("STATION SET terra KIND depot", .badState, "terra", "moon")
            market.setUp(["STATION SET moon ORBITS NONE", "STATION SET terra KIND depot"])
        }
    }

    @Test func dispatchKeepsTheLastKnownPlace() throws {
        try Market.check { market in
            market.setUp([
                "INVENTORY ADD vega ore 5", "CARGO CREATE vega mars ore:1 ID c",
                "CARGO TRACK c 7 8 9", "CARGO DISPATCH c",
                "CARGO CREATE luna mars ore:1 ID d", "CARGO TRACK d 7 8 9", "CARGO DISPATCH d",
                "SHIP ADD swift", "SHIP TRACK swift 4 5 -0",
                "CARGO CREATE vega mars ore:1 ID e", "CARGO DISPATCH e BY swift",
            ])
            #expect(market.cargo("c", "position") == #"{"x":7,"y":8,"z":9}"#)
            #expect(market.cargo("d", "position") == #"{"x":0,"y":0,"z":0}"#)
            #expect(market.cargo("e", "position") == #"{"x":4,"y":5,"z":0}"#)
        }
    }

    @Test func namedLimits() throws {
        var limits = Limits()
        limits.textBytes = 100
        limits.searchBytes = 20
        limits.ttlSeconds = 60
        limits.summaryDays = 10
        try Market.check(limits) { market in
            let long = String(repeating: "x", count: 101)
            let text = String(repeating: "x", count: 21)
            market.refuse("STATION SET luna NAME \(long)", .limit, "101 bytes", "100")
            #expect(market.run("TRADE LIST REF \(long)").code == .limit)
            #expect(market.run("ITEM LIST CATEGORY \(long)").code == .limit)
            #expect(market.run("ITEM SEARCH \(text)").code == .limit)
            #expect(market.run("TRADE SUMMARY DAYS 11").code == .range)
            market.refuse("TRADE RESERVE luna mars ore:1 TTL 61", .range, "TTL", "60")
            market.setUp([
                "STATION SET luna NAME \(long.dropLast())", "ITEM SEARCH \(text.dropLast())",
                "TRADE SUMMARY DAYS 10", "TRADE RESERVE luna mars ore:1 TTL 60",
            ])
        }
        #expect(Limits.identifierBytes == Identifier.maximumBytes)
    }

    @Test func anOptionWordIsNoId() throws {
        try Market.check { market in
            market.refuse("STATION ADD occurred", .syntax, "occurred")
        }
    }
}
