import Domain
import JSON
import Storage
import Testing

@testable import Ledger

/// `MULTI` and `DRYRUN`: all or nothing, and nothing at all.
@Suite struct TransactionRuleTests {
    @Test func allOfIt() throws {
        try Market.check { market in
            var answer: Answer?
            let events = market.events {
                answer = market.multi([
                    "STATION ADD nova", "INVENTORY ADD nova ore 5",
                    "TRADE CREATE nova mars ore:5@1 ID t", "TRADE GET t",
                    "INVENTORY LEVEL nova ore",
                    "TRADE PAY t", "TRADE CREATE nova mars ore:5@1 ID t", "STATION GET nova",
                    "TRADE GET t nothing",
                ])
            }
            #expect(
                events.names == [
                    "station.added", "inventory.added", "trade.initiated", "shipment.created",
                    "trade.paid",
                ])
            #expect(Set(events.map(\.first)) == [events[0].seq])
            #expect(events.allSatisfy { $0.count == 5 })
            #expect(
                events.map { $0.cause.command } == [
                    .stationAdd, .inventoryAdd, .tradeCreate, .tradeCreate, .tradePay,
                ])
            guard case .array(let values)? = answer?.value else {
                Issue.record("\(String(describing: answer))")
                return
            }
            #expect(values.count == 9)
            #expect(json(values[3]).at("status") == "initiated")
            if case .integer(let level) = values[4] { #expect(level == 0) }
            #expect(json(values[5]).at("payment") == "paid")
            #expect(json(values[6]).at("replayed") == "true")
            #expect(json(values[6]).at("payment") == "pending")
            #expect(json(values[7]).at("id") == "nova")
            guard case .array(let trades) = values[8] else { return }
            #expect(json(trades[0]).at("payment") == "paid")
            if case .null = trades[1] {} else { Issue.record("\(trades[1])") }
        }
    }

    private func json(_ value: ReplyValue) -> JSONValue {
        guard case .json(let bytes) = value else { return .null }
        return (try? JSONReader.parse(bytes.span)) ?? .null
    }

    @Test func orNothing() throws {
        try Market.check { market in
            market.setUp([
                "TRADE RESERVE luna mars water:9 TTL 900 ID r", "CARGO CREATE luna mars ore:9 ID c",
                "SHIP ADD swift",
            ])
            let head = market.ledger.store.writeSet.head
            let before = StateImage(market.state)
            let answer = market.multi([
                "STATION ADD nova KIND planet", "STATION ADD moon ORBITS nova", "ITEM ADD tin",
                "SHIP ADD slow DOCKED nova", "CURRENCY ADD USD Dollar 2", "RATE SET USD CR 2",
                "INVENTORY ADD nova tin 50", "INVENTORY LIMITS luna water CAPACITY 5 ASK 1 USD",
                "TRADE COMMIT r", "TRADE PAY r", "CARGO DISPATCH c BY swift", "CARGO DELIVER c",
                "TRADE CREATE luna mars water:500 ID t", "STATION CLOSE vega",
                "TRADE CREATE nova luna tin:51@1",
            ])
            #expect(
                answer.error
                    == "EXECABORT command 15 (TRADE CREATE): OUTOFSTOCK nova has 50 of tin "
                    + "available, 51 asked")
            if case .error(let error) = answer.value { #expect(error.available == 50) }
            #expect(market.ledger.store.writeSet.head == head)
            #expect(StateImage(market.state) == before)
            #expect(market.trade("r") == "reserved")
            #expect(market.run("TRADE GET t").isNull)
            #expect(market.run("STATION GET nova").isNull)
            // What was taken back can be made again, with the same numbers.
            #expect(market.multi(["STATION ADD luna2", "TRADE COMMIT r"]).error == nil)
            #expect(market.take("TRADE CREATE luna mars water:5 ID t").at("status") == "initiated")
        }
    }

    @Test func theSecondCommandIsNamed() throws {
        try Market.check { market in
            let lines = ["INVENTORY ADD luna gas 1", "TRADE CREATE luna mars gas:2@1"]
            #expect(
                market.multi(lines).error?.hasPrefix(
                    "EXECABORT command 2 (TRADE CREATE): OUTOFSTOCK luna has 1 of gas") == true)
            for bad in ["NOSUCH x", "TRADE CREATE", "TRADE LIST NOPE", ""] {
                let error = market.multi(["INVENTORY ADD luna gas 1", bad]).error
                #expect(error?.hasPrefix("EXECABORT command 2 (") == true, "\(bad): \(error ?? "")")
            }
            #expect(market.figures("luna", "gas") == "0 0 0 0")
            #expect(market.multi([]).error == nil)
        }
    }

    @Test func readsInside() throws {
        try Market.check { market in
            market.run("TRADE CREATE luna mars water:5 ID t", isSettled: false)
            let answer = market.multi([
                "TRADE LIST", "TRADE GET nothing", "INVENTORY LEVEL nowhere water",
                "STATION GET nowhere", "ITEM GET nothing", "SHIP GET nothing", "CARGO GET nothing",
            ])
            guard case .array(let values) = answer.value else {
                Issue.record("\(answer)")
                return
            }
            // What was decided before, and is not written yet, is seen.
            #expect(json(values[0]).at("items.0.id") == "t")
            if case .integer(let level) = values[2] { #expect(level == 0) }
            for index in [1, 3, 4, 5, 6] {
                if case .null = values[index] {} else { Issue.record("\(values[index])") }
            }
            let vega = Caller.of("vega")
            let others = market.multi(["TRADE GET t", "INVENTORY LEVEL luna water"], as: vega)
            guard case .array(let seen) = others.value else { return }
            if case .null = seen[0] {} else { Issue.record("another's trade is shown") }
        }
    }

    /// Every kind of read behind every kind of write answers as it will once all is written.
    @Test func readsBehindWrites() throws {
        let writes = [
            "STATION ADD nova AT 1 2 3", "ITEM ADD tin CATEGORY metal PRICE 3 CR", "SHIP ADD swift",
            "CURRENCY ADD USD Dollar 2", "RATE SET USD CR 2", "INVENTORY ADD nova tin 50",
            "INVENTORY LIMITS nova tin CAPACITY 90 LOW 48", "TRADE CREATE luna mars water:5 ID t",
            "TRADE CREATE nova luna tin:7 ID u", "TRADE RESERVE nova luna tin:2 ID v TTL 900",
            "TRADE COMMIT v", "TRADE PAY u", "CARGO CREATE luna mars ore:2 ID c ETA +3d",
            "CARGO DISPATCH c BY swift", "CARGO TRACK c 1 1 1 NOTE here", "STATION CLOSE vega",
        ]
        let reads = [
            "TRADE LIST", "TRADE LIST REV", "TRADE LIST STATION luna ROLE seller",
            "TRADE GET t u x",
            "TRADE LIST ITEM tin LIMIT 1", "TRADE LIST STATUS initiated", "TRADE GET v AS OF 1",
            "TRADE HISTORY v", "CARGO LIST", "CARGO LIST STATION luna", "CARGO LIST SHIP swift REV",
            "CARGO HISTORY c", "CARGO GET c", "INVENTORY GET nova", "INVENTORY GET nova tin",
            "INVENTORY LEVEL nova tin", "INVENTORY HISTORY nova tin", "INVENTORY FIND tin",
            "INVENTORY FIND water MIN 1", "EXPLAIN TRADE u", "EXPLAIN STOCK nova tin",
            "TRADE SUMMARY", "TRADE SUMMARY STATION nova", "STATION LIST", "STATION GET nova",
            "STATION NEAR nova", "ITEM LIST CATEGORY metal", "ITEM SEARCH tin", "ITEM GET tin",
            "SHIP LIST", "SHIP GET swift", "CURRENCY LIST", "RATE LIST", "RATE GET USD CR",
            "RATE CONVERT 1 USD CR",
        ]
        try Market.check { market in
            market.setUp(["TRADE CREATE luna mars water:1 ID before"])
            guard case .array(let inside) = market.multi(writes + reads).value else {
                Issue.record("the transaction was refused")
                return
            }
            for (index, line) in reads.enumerated() {
                let after = market.run(line)
                #expect(after.error == nil, "\(line): \(after.error ?? "")")
                let seen = inside[writes.count + index]
                if case .record = after.value {
                    #expect(json(seen) == after.json(), "\(line)")
                } else {
                    #expect("\(seen)" == "\(after.value)", "\(line)")
                }
            }
        }
    }

    /// A read between two writes sees the one before it and not the one behind it; a refused
    /// transaction leaves nothing to be seen.
    @Test func readsBetweenWrites() throws {
        try Market.check { market in
            market.setUp(["ITEM ADD tin"])
            let answer = market.multi([
                "INVENTORY ADD luna tin 5", "INVENTORY HISTORY luna tin",
                "INVENTORY ADD luna tin 2",
                "INVENTORY HISTORY luna tin", "INVENTORY GET luna tin",
            ])
            guard case .array(let values) = answer.value else {
                Issue.record("\(answer)")
                return
            }
            #expect(json(values[1]).at("items.0.balance") == "5")
            #expect(json(values[1]).at("items.1.balance") == "no 1")
            #expect(json(values[3]).at("items.1.balance") == "7")
            #expect(json(values[4]).at("on_hand") == "7")
            #expect(
                market.multi([
                    "INVENTORY ADD luna tin 9", "INVENTORY HISTORY luna tin",
                    "TRADE CREATE luna mars tin:99@1",
                ]).error != nil)
            #expect(market.run("INVENTORY GET luna tin").json().at("on_hand") == "7")
        }
    }

    @Test func whatIsDueComesFirst() throws {
        try Market.check { market in
            market.setUp(["TRADE RESERVE luna mars water:900 TTL 10 ID a"])
            market.clock.advance(seconds: 10)
            let types = market.types {
                #expect(market.multi(["TRADE CREATE luna mars water:500"]).error == nil)
            }
            #expect(types == ["trade.expired", "trade.initiated", "shipment.created"])
        }
    }

    @Test func aDryRunTellsAndWritesNothing() throws {
        try Market.check { market in
            market.setUp(["INVENTORY LIMITS luna water LOW 1000", "SHIP ADD swift"])
            let head = market.ledger.store.writeSet.head
            let before = StateImage(market.state)
            let tried = market.run("TRADE CREATE luna mars water:5 ID t TRACE", isDryRun: true)
                .json()
            #expect(tried.at("dry_run") == "true")
            #expect(tried.at("error") == "null")
            #expect(tried.at("result.total") == "62.50")
            #expect(tried.at("result.steps.0.source") == "list")
            #expect(
                tried["events"]?.array?.map { $0.at("type") } == [
                    "trade.initiated", "shipment.created", "inventory.low",
                ])
            #expect(tried.at("events.2.transaction.count") == "3")
            #expect(tried.at("events.0.seq") == "\(head.seq + 1)")
            let refused = market.run("TRADE CREATE luna mars water:5000", isDryRun: true).json()
            #expect(refused.at("error.code") == "OUTOFSTOCK")
            #expect(refused.at("error.available") == "1000")
            #expect(refused.at("result") == "null")
            for line in [
                "STATION ADD nova", "ITEM ADD tin", "SHIP ADD slow", "CURRENCY ADD USD x 2",
                "INVENTORY ADD vega gas 5", "INVENTORY LIMITS luna water CAPACITY 1",
                "STATION CLOSE luna", "SHIP TRACK swift 1 2 3", "CARGO CREATE luna mars ore:1 ID c",
            ] { #expect(market.run(line, isDryRun: true).json().at("error") == "null", "\(line)") }
            #expect(market.ledger.store.writeSet.head == head)
            #expect(StateImage(market.state) == before)
            market.take("TRADE CREATE luna mars water:5 ID t")
            let again = market.run("TRADE CREATE luna mars water:5 ID t", isDryRun: true).json()
            #expect(again.at("result.replayed") == "true")
            #expect(again.at("events") == "[]")
        }
    }
}
