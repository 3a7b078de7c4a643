import Basics
import Domain
import JSON
import RocksDB
import Storage
import Testing

@testable import Ledger

@Suite struct AuditTests {
    /// A market in which everything has happened at least once.
    private func market() throws -> TestLedger {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "INVENTORY LIMITS luna water CAPACITY 2000 LOW 990", "SHIP ADD swift",
            "TRADE CREATE luna mars water:20 ore:5 ID t-1", "TRADE CREATE luna vega ore:7",
            "TRADE RESERVE luna mars water:9 TTL 5 ID r-1",
            "TRADE RESERVE luna vega water:3 ore:1 TTL 900 ID r-2",
            "TRADE RESERVE luna vega ore:2 TTL 900 ID r-3", "TRADE COMMIT r-3",
            "CARGO CREATE luna mars ore:40 ID c-1", "CARGO CREATE luna mars ore:10 ID c-2",
            "CARGO CREATE luna vega water:6 ID c-3",
        ])
        let shipment = market.run("TRADE GET t-1").json().at("shipments.0")
        market.clock.advance(milliseconds: 10_000)
        market.ledger.tick()
        market.setUp([
            "CARGO DISPATCH \(shipment) BY swift", "SHIP TRACK swift 1 1 1",
            "CARGO DELIVER \(shipment) water:10 LOST water:2", "CARGO DELIVER \(shipment)",
            "CARGO DISPATCH c-1", "CARGO LOSE c-1 REASON pirates", "CARGO DISPATCH c-2",
            "CARGO RETURN c-2", "CARGO CANCEL c-3", "INVENTORY HOLD luna water 4 REASON customs",
            "INVENTORY ADJUST luna ore -3 REASON count", "INVENTORY REMOVE mars water 1",
            "TRADE CREATE luna vega ore:1 ID t-9", "TRADE CANCEL t-9",
        ])
        return market
    }

    private func audit(_ market: TestLedger) throws -> AuditReport {
        let view = market.ledger.store.latestView()
        let run = AuditRun(view: view, projections: market.context().projections)
        return try #require(try run.run())
    }

    private func kinds(_ market: TestLedger) throws -> Set<String> {
        Set(try audit(market).problems.map(\.kind))
    }

    /// Changes the store behind the ledger's back.
    private func write(
        _ market: TestLedger, _ keyspace: Keyspace, _ key: [UInt8], _ value: [UInt8]?
    ) throws {
        let database = market.ledger.store.database
        var batch = database.batch()
        if let value {
            batch.put(keyspace.family, key.span, value.span)
        } else {
            batch.delete(keyspace.family, key.span)
        }
        try database.write(batch)
    }

    @Test func aSoundStoreIsSound() throws {
        let market = try market()
        let report = try audit(market)
        #expect(report.problems == [])
        #expect(report.isOK)
        #expect(report.seq == market.ledger.durableSeq)
        #expect(report.events == report.seq)
        #expect(report.digest == market.context().view.head.digest)
        #expect(report.trades == 6)
        #expect(report.cargo == 7)
        #expect(report.overCapacity == [])
        var buffer = ByteBuffer()
        report.append(to: &buffer)
        let json = try JSONReader.parse(buffer.bytes)
        #expect(json.at("ok") == "true")
        #expect(json.at("checked.trades") == "6")
        let keys = json.object?.map(\.key)
        #expect(keys == ["ok", "seq", "digest", "checked", "over_capacity", "problems"])
    }

    @Test func runsOfPostingsAreComparedToo() throws {
        let market = try market()
        let runs = Projections(
            database: market.ledger.store.database, scratch: market.folder.path, runEvents: 16)
        try runs.load(market.ledger.store.latestView())
        #expect(runs.indexedSeq >= 32)
        let view = market.ledger.store.latestView()
        let report = try #require(try AuditRun(view: view, projections: runs).run())
        #expect(report.problems == [])
        let lost = PostingEntry.key(.stationTrade, owner: 1, seq: 5)
        try write(market, .postings, lost, [1])
        let bad = try #require(try AuditRun(view: view, projections: runs).run())
        #expect(bad.problems.map(\.kind) == ["posting"])
        #expect(bad.problems.map(\.seq) == [5])
    }

    @Test func aChangedRowIsNamed() throws {
        let market = try market()
        let key = StockKey(station: StationNumber(1), item: ItemNumber(1))
        var row = try #require(try market.context().view.stock(key))
        row.reserved += 1
        var value = ByteBuffer()
        StockCodec.encode(row, into: &value)
        let stored = StoreKey.stock(key)
        try write(market, .inventory, stored.bytes.array, value.array)
        let report = try audit(market)
        #expect(Set(report.problems.map(\.kind)) == ["digest", "reserved", "stock"])
        #expect(report.problems.contains { $0.key == "stock/luna/water" && $0.seq == row.seq })
    }

    @Test func missingRecordsAreFound() throws {
        let trade = try market()
        let name = try #require(Identifier("t-1"))
        let found = try #require(try trade.context().view.trade(id: name))
        let tradeKey = StoreKey.record(found.key)
        try write(trade, .trades, tradeKey.bytes.array, nil)
        #expect(try kinds(trade) == ["digest", "record"])

        let id = try market()
        let idKey = StoreKey.identity(
            .trade, name: name, actor: name, seed: id.context().view.identitySeed)
        try write(id, .ids, idKey.bytes.array, nil)
        #expect(try kinds(id) == ["digest", "id"])

        let cargo = try market()
        let shipment = StoreKey.record(found.shipments[0].key)
        try write(cargo, .cargo, shipment.bytes.array, nil)
        #expect(try kinds(cargo).isSuperset(of: ["digest", "record"]))

        let row = try market()
        let stock = StoreKey.stock(StockKey(station: StationNumber(1), item: ItemNumber(2)))
        try write(row, .inventory, stock.bytes.array, nil)
        #expect(try kinds(row).isSuperset(of: ["digest", "stock", "conservation"]))
    }

    @Test func theLogIsChecked() throws {
        let twelve = StoreKey.event(12)
        let gap = try market()
        try write(gap, .events, twelve.bytes.array, nil)
        #expect(try audit(gap).problems.contains { $0.kind == "event" && $0.seq == 12 })

        let changed = try market()
        let family = Keyspace.events.family
        var bytes = try #require(
            try changed.ledger.store.database.get(family, twelve.bytes) { $0.array })
        bytes[bytes.count - 30] ^= 1
        try write(changed, .events, twelve.bytes.array, bytes)
        #expect(try kinds(changed).contains("event"))

        let swapped = try market()
        let thirteen = StoreKey.event(13)
        let other = try #require(
            try swapped.ledger.store.database.get(family, thirteen.bytes) { $0.array })
        try write(swapped, .events, twelve.bytes.array, other)
        #expect(try kinds(swapped).contains("event"))
    }

    @Test func capacityIsToldNotRefused() throws {
        let market = try market()
        market.setUp(["INVENTORY LIMITS luna water CAPACITY 10"])
        let report = try audit(market)
        #expect(report.isOK)
        #expect(report.overCapacity == ["inventory/luna/water"])
    }

    @Test func anAuditCanBeStopped() throws {
        let market = try market()
        let context = market.context()
        var phases: [String] = []
        let run = AuditRun(view: context.view, projections: context.projections) { progress in
            phases.append("\(progress.phase)")
            return phases.count < 3
        }
        #expect(try run.run() == nil)
        #expect(phases == ["inventory", "catalog", "trades"])
    }

    @Test func whatIsWrittenMeanwhileIsNotSeen() throws {
        let market = try market()
        let context = market.context()
        let seq = context.view.head.seq
        market.setUp(["TRADE CREATE luna vega ore:1", "INVENTORY ADD mars ore 4"])
        let run = AuditRun(view: context.view, projections: context.projections)
        let report = try #require(try run.run())
        #expect(report.problems == [])
        #expect(report.seq == seq)
    }
}
