import Basics
import Domain
import RocksDB
import Storage
import System
import Testing

@testable import Ledger

@Suite struct SalvageTests {
    /// A target that goes when the test ends.
    private func salvage(
        _ folder: TestFolder, _ body: (Salvage.Outcome, String) throws -> Void
    ) throws {
        let target = folder.path + "-salvaged"
        defer { try? FileSystem.removeTree(target) }
        let outcome = try Salvage.run(from: folder.path, to: target)
        let report = try Verification.run(directory: target)
        #expect(report.problems.isEmpty)
        #expect(report.seq == outcome.copied)
        try body(outcome, target)
    }

    private func contents(_ path: String) throws -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        for name in try FileSystem.list(path) {
            let from = path + "/" + name
            if try FileSystem.kind(of: from) == .folder {
                result.merge(try contents(from)) { left, _ in left }
            } else {
                result[from] = try FileSystem.read(from).array
            }
        }
        return result
    }

    @Test func aWholeStoreIsCopiedWhole() throws {
        let folder = try MarketHistory.make()
        let before = try contents(folder.path)
        let whole = try Verification.run(directory: folder.path)
        try salvage(folder) { outcome, target in
            #expect(outcome.copied == whole.seq)
            #expect(outcome.lost == nil)
            #expect(outcome.notes.isEmpty)
            let copy = try Store(directory: target, options: StoreOptions())
            #expect(copy.writeSet.head.digest == whole.digest)
            // Cursors of the original are good up to its end, the copy writes under a new name.
            #expect(copy.history.epochs.count == 2)
            #expect(copy.endedHistory == copy.history.epochs[0].id)
        }
        #expect(try contents(folder.path) == before)
    }

    @Test func aSalvagedStoreServes() throws {
        let folder = try MarketHistory.make()
        try salvage(folder) { _, target in
            let served = try TestFolder()
            try FolderCopy.copy(target, to: served.path)
            try serve(served)
            let report = try Verification.run(directory: served.path)
            #expect(report.problems == [])
        }
    }

    /// The ledger is gone, and its database closed, when this returns.
    private func serve(_ folder: TestFolder) throws {
        let market = try TestLedger(folder: folder)
        market.setUp(["TRADE COMMIT t-2", "TRADE CREATE luna mars water:1 ID later-1"])
        #expect(market.run("TRADE GET t-1").json().at("status") == "initiated")
    }

    /// The first event of a transaction of two is damaged: both are lost, and all behind them.
    @Test func theCopyEndsWithAWholeTransaction() throws {
        let folder = try MarketHistory.make()
        let whole = try Verification.run(directory: folder.path)
        var bad: UInt64 = 0
        try MarketHistory.alter(folder) { database, batch in
            for seq in stride(from: whole.seq, to: 1, by: -1) {
                let key = StoreKey.event(seq)
                let value = try #require(
                    try database.get(Keyspace.events.family, key.bytes) { $0.array })
                let opened = try StoredEvent.open(value.span, seq: seq)
                let event = try EventCodec.decode(opened.body, seq: seq)
                if event.count < 2 || event.first == seq { continue }
                bad = seq
                var harmed = value
                harmed[10] ^= 4
                batch.put(Keyspace.events.family, key.bytes, harmed.span)
                return
            }
        }
        try salvage(folder) { outcome, target in
            #expect(outcome.copied < bad - 1)
            #expect(outcome.lost == outcome.copied + 1...whole.seq)
            #expect(outcome.reason?.contains("event \(bad)") == true)
            #expect(outcome.unproven == Int(whole.seq - outcome.copied) - 1)
            let copy = try Store(directory: target, options: StoreOptions())
            let history = copy.history.epochs[0].id
            #expect(copy.history.verdict(id: history, seq: outcome.copied) == .good)
            #expect(copy.history.verdict(id: history, seq: bad) == .forked)
        }
    }

    @Test(arguments: [Keyspace.trades, .inventory, .catalog, .ids])
    func recordsComeFromTheLog(keyspace: Keyspace) throws {
        let folder = try MarketHistory.make()
        let whole = try Verification.run(directory: folder.path)
        try MarketHistory.alter(folder) { database, batch in
            let key = try MarketHistory.lastRow(database, keyspace).key
            batch.delete(keyspace.family, key.span)
        }
        try salvage(folder) { outcome, target in
            #expect(outcome.copied == whole.seq)
            let report = try Verification.run(directory: target)
            #expect(report.digest == whole.digest)
        }
    }

    @Test(arguments: ["FORMAT", "mark"]) func aMissingSideFileIsNoObstacle(name: String) throws {
        let folder = try MarketHistory.make()
        try FileSystem.remove(folder.path + "/" + name)
        try salvage(folder) { outcome, _ in
            #expect(outcome.lost == nil)
            #expect(outcome.copied > 40)
        }
    }

    @Test func aLogThatDoesNotOpenIsReadPastTheDamage() throws {
        let folder = try MarketHistory.make()
        let database = folder.path + "/db"
        let name = try #require(
            try FileSystem.list(database).filter { $0.hasSuffix(".log") }.max {
                try FileSystem.size(of: database + "/" + $0)
                    < FileSystem.size(of: database + "/" + $1)
            })
        var bytes = try FileSystem.read(database + "/" + name).array
        bytes[bytes.count / 2] ^= 0x40
        try FileSystem.writeAtomically(bytes.span, to: database + "/" + name)
        let before = try contents(folder.path)
        let report = try Verification.run(directory: folder.path)
        #expect(!report.isClean)
        try salvage(folder) { outcome, _ in
            #expect(outcome.lost != nil)
            #expect(outcome.notes.count >= 2)
        }
        #expect(try contents(folder.path) == before)
    }

    @Test func aTargetThatIsNotEmptyIsLeftAlone() throws {
        let folder = try MarketHistory.make()
        let target = try TestFolder()
        let bytes: [UInt8] = [1]
        try FileSystem.writeAtomically(bytes.span, to: target.path + "/mine")
        #expect(throws: StorageError.self) {
            _ = try Salvage.run(from: folder.path, to: target.path)
        }
        #expect(try FileSystem.list(target.path) == ["mine"])
    }

    @Test func nothingIsMadeOfNothing() throws {
        let source = try TestFolder()
        let target = source.path + "-salvaged"
        #expect(throws: StorageError.self) { _ = try Salvage.run(from: source.path, to: target) }
        #expect(try FileSystem.kind(of: target) == nil)
    }
}
