import Basics
import Domain
import Glibc
import RocksDB
import Storage
import System
import Testing

@testable import Ledger

/// A closed store with a bit of everything in it.
enum MarketHistory {
    /// Commands that leave trades and shipments in every state.
    static let lines: [String] = [
        "SHIP ADD hauler", "CURRENCY ADD EUR Euro 2", "RATE SET CR EUR 0.5",
        "INVENTORY LIMITS mars water CAPACITY 5000 LOW 10 ASK 13.50 CR",
        "INVENTORY REMOVE luna ore 20", "INVENTORY ADJUST luna ore -3 REASON count",
        "INVENTORY HOLD luna ore 5 REASON customs", "INVENTORY RELEASE luna ore 2 REASON fine",
        "TRADE CREATE luna mars water:5 ID t-1", "TRADE CREATE luna mars water:7 ore:2",
        "TRADE RESERVE luna mars water:3 TTL 600 ID t-2",
        "TRADE RESERVE luna mars water:4 TTL 60 ID t-3",
        "TRADE RESERVE luna vega ore:4 TTL 600 ID t-4", "TRADE COMMIT t-4",
        "TRADE CREATE luna mars ore:9 ID t-5", "TRADE CANCEL t-5", "TRADE PAY t-1",
        "CARGO CREATE luna vega water:20 ID c-1", "CARGO DISPATCH c-1 BY hauler",
        "CARGO TRACK c-1 1 1 1", "SHIP TRACK hauler 2 2 2",
        "CARGO DELIVER c-1 water:15", "CARGO CREATE luna vega water:6 ID c-2",
        "CARGO DISPATCH c-2", "CARGO LOSE c-2 REASON pirates",
        "CARGO CREATE luna vega water:8 ID c-3 ETA +1d", "CARGO DISPATCH c-3",
        "CARGO ETA c-3 +2d", "CARGO CREATE luna vega water:9 ID c-4", "CARGO DISPATCH c-4",
        "CARGO RETURN c-4", "STATION SET luna NAME Luna", "ITEM SET ore NAME Ore",
        "USER ADD ann ROLE trader STATIONS luna PASSWORD first-password",
        "USER PASSWD admin second-password", "USER SET ann ROLE operator", "TOKEN ISSUE ann",
    ]

    /// Made once: a case alters a copy. Goes with the process.
    private static let original: Result<String, any Error> = Result {
        let path = try record()
        atexit { if let path = try? MarketHistory.original.get() { discard(path) } }
        return path
    }

    /// The same with everything in sorted files and next to nothing in the log.
    private static let flushed: Result<String, any Error> = Result {
        let folder = try make()
        try flush(folder)
        let path = folder.path + "-kept"
        try FolderCopy.copy(folder.path, to: path)
        atexit { if let path = try? MarketHistory.flushed.get() { discard(path) } }
        return path
    }

    private static func flush(_ folder: TestFolder) throws {
        let database = try Database(path: folder.path + "/db", families: families)
        try database.flush()
    }

    private static func discard(_ path: String) { try? FileSystem.removeTree(path) }

    /// A closed store of its own in which the commands have run and a reservation has ended.
    static func make(flushed: Bool = false) throws -> TestFolder {
        let folder = try TestFolder()
        try FolderCopy.copy((flushed ? self.flushed : original).get(), to: folder.path)
        return folder
    }

    private static func record() throws -> String {
        let folder = try fill()
        let path = folder.path + "-kept"
        try FolderCopy.copy(folder.path, to: path)
        return path
    }

    /// The ledger is gone, and its database closed, when this returns.
    private static func fill() throws -> TestFolder {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp(lines)
        market.clock.advance(milliseconds: 120_000)
        market.ledger.tick()
        market.settle()
        return market.folder
    }

    static let families = Keyspace.families(StoreOptions())

    /// Alters a closed store behind its back.
    static func alter(
        _ folder: TestFolder, _ body: (Database, inout WriteBatch) throws -> Void
    ) throws {
        let database = try Database(path: folder.path + "/db", families: families)
        var batch = database.batch()
        try body(database, &batch)
        try database.write(batch)
        try database.flushWAL(sync: true)
        // What a start would notice of the files is another test's matter.
        try FileSystem.removeTree(folder.path + "/files")
    }

    /// The last row of a family that is not a marker.
    static func lastRow(
        _ database: Database, _ keyspace: Keyspace
    ) throws -> (key: [UInt8], value: [UInt8]) {
        var iterator = try database.fullScan(keyspace.family)
        try iterator.seekToLast()
        return (iterator.key.array, iterator.value.array)
    }
}
