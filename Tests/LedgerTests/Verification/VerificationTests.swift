import Basics
import Domain
import RocksDB
import Storage
import Testing

@testable import Ledger

@Suite struct VerificationTests {
    private func verify(_ folder: TestFolder) throws -> VerificationReport {
        try Verification.run(directory: folder.path)
    }

    @Test func cleanStoreHasNoProblems() throws {
        let report = try verify(try MarketHistory.make())
        #expect(report.problems.isEmpty)
        #expect(report.events == Int(report.seq))
        #expect(report.events > 40)
        #expect(report.trades == 6)
        #expect(report.cargo >= 8)
        #expect(report.inventory >= 5)
    }

    /// What is done to a family's row, and the kinds of problem that must be named.
    @Test(arguments: [
        (Keyspace.trades, VerificationReport.Kind.record), (.cargo, .record),
        (.inventory, .record), (.catalog, .record), (.ids, .record), (.events, .event),
    ])
    func aChangedValueIsFound(keyspace: Keyspace, kind: VerificationReport.Kind) throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            var (key, value) = try MarketHistory.lastRow(database, keyspace)
            value[value.count - 1] ^= 1
            if keyspace == .events { value[2] ^= 0x10 }
            batch.put(keyspace.family, key.span, value.span)
        }
        let report = try verify(folder)
        #expect(report.counts[kind] ?? 0 > 0, "\(report.problems)")
    }

    @Test(arguments: [
        (Keyspace.trades, VerificationReport.Kind.record), (.cargo, .record),
        (.inventory, .record), (.catalog, .record), (.ids, .record), (.events, .event),
    ])
    func aMissingRowIsFound(keyspace: Keyspace, kind: VerificationReport.Kind) throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            let key = try MarketHistory.lastRow(database, keyspace).key
            batch.delete(keyspace.family, key.span)
        }
        let report = try verify(folder)
        #expect(report.counts[kind] ?? 0 > 0, "\(report.problems)")
        if keyspace != .events { #expect(report.counts[.digest] == 1) }
    }

    @Test(arguments: [
        (Keyspace.trades, VerificationReport.Kind.record), (.cargo, .record),
        (.inventory, .record), (.catalog, .record), (.ids, .record), (.events, .event),
        (.due, .record),
    ])
    func anExtraRowIsFound(keyspace: Keyspace, kind: VerificationReport.Kind) throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            var (key, value) = try MarketHistory.lastRow(database, keyspace)
            key[key.count - 1] = keyspace == .catalog ? UInt8(ascii: "Z") : key[key.count - 1] &+ 1
            if keyspace == .due { key[8] = 1 }
            batch.put(keyspace.family, key.span, value.span)
        }
        let report = try verify(folder)
        #expect(report.counts[kind] ?? 0 > 0, "\(report.problems)")
    }

    @Test func aMissingMomentIsFound() throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            var iterator = try database.fullScan(Keyspace.due.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                if StoreKey.dueKey(iterator.key)?.record.seq ?? 0 > 0 {
                    batch.delete(Keyspace.due.family, iterator.key)
                }
                try iterator.next()
            }
        }
        #expect(try verify(folder).counts[.due] ?? 0 >= 3)
    }

    @Test(arguments: Keyspace.allCases.filter { $0.hasWitness && $0 != .outbox })
    func aMovedWitnessIsFound(keyspace: Keyspace) throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            let name = StoreKey.name("witness")
            guard let pinned = try database.value(Keyspace.meta.family, name.bytes) else {
                Issue.record("the store has no witnesses")
                return
            }
            var table = try WitnessTable.decode(pinned.bytes)
            let key =
                switch keyspace {
                case .ids: StoreKey.identity(.key, name: .system, actor: .system, seed: 7)
                default: StoreKey.event(UInt64.max)
                }
            table[keyspace] = WitnessTable.Witness(seq: 3, key: key, hash: 0)
            var value = ByteBuffer()
            table.encode(into: &value)
            batch.put(Keyspace.meta.family, name.bytes, value.bytes)
        }
        let report = try verify(folder)
        #expect(report.problems.map(\.kind) == [.witness])
        #expect(throws: StorageError.self) {
            try Store(directory: folder.path, options: StoreOptions())
        }
    }

    /// Figures that do not add up are named even where the row itself is told to be wrong.
    @Test func brokenFiguresAreFound() throws {
        let folder = try MarketHistory.make()
        try MarketHistory.alter(folder) { database, batch in
            let (bytes, value) = try MarketHistory.lastRow(database, .inventory)
            let found = StoreKey.stockKey(bytes.span)
            let key = try #require(found)
            var stock = try StockCodec.decode(value.span, key: key)
            stock.onHand += 3
            stock.reserved += 1
            stock.held = stock.onHand + 1
            var buffer = ByteBuffer()
            StockCodec.encode(stock, into: &buffer)
            batch.put(Keyspace.inventory.family, bytes.span, buffer.bytes)
        }
        let report = try verify(folder)
        #expect(report.counts[.stock] ?? 0 >= 2, "\(report.problems)")
        #expect(report.counts[.conservation] ?? 0 >= 1, "\(report.problems)")
        #expect(report.counts[.record] ?? 0 >= 1)
        #expect(report.counts[.digest] == 1)
    }

    /// A store of which the first runs of postings are stored.
    private func storeWithPostings() throws -> TestFolder {
        let folder = try MarketHistory.make()
        let store = try Store(directory: folder.path, options: StoreOptions())
        let projections = Projections(
            database: store.database, scratch: folder.path, runEvents: 16)
        try projections.load(store.latestView())
        #expect(projections.indexedSeq >= 32)
        try store.endSession()
        return folder
    }

    @Test func storedPostingsAreCompared() throws {
        #expect(try verify(try storeWithPostings()).problems == [])
        let folder = try storeWithPostings()
        let before = try verify(folder)
        #expect(before.isClean)
        try MarketHistory.alter(folder) { database, batch in
            // A posting goes, another changes its roles, and a day's sums.
            var iterator = try database.fullScan(Keyspace.postings.family)
            try iterator.seekToFirst()
            var left: Set<UInt8> = [1, 3, 6]
            while iterator.isValid {
                if left.remove(iterator.key[0]) != nil {
                    var value = iterator.value.array
                    value[value.count - 1] ^= 4
                    switch iterator.key[0] {
                    case 1: batch.put(Keyspace.postings.family, iterator.key, value.span)
                    case 3: batch.delete(Keyspace.postings.family, iterator.key)
                    default: batch.put(Keyspace.postings.family, iterator.key, value.span)
                    }
                }
                try iterator.next()
            }
            #expect(left.isEmpty)
        }
        let report = try verify(folder)
        #expect(report.problems.map(\.kind) == [.posting, .posting, .posting])
    }

    @Test func aPostingTooManyIsFound() throws {
        let folder = try storeWithPostings()
        try MarketHistory.alter(folder) { _, batch in
            let key = PostingEntry.key(.itemTrade, owner: 77, seq: 9)
            let value: [UInt8] = [0]
            batch.put(Keyspace.postings.family, key.span, value.span)
        }
        #expect(try verify(folder).problems.map(\.kind) == [.posting])
    }

    @Test func aLockedDirectoryIsRefused() throws {
        let market = try TestLedger()
        #expect {
            _ = try Verification.run(directory: market.folder.path)
        } throws: { error in
            if case StorageError.locked? = error as? StorageError { true } else { false }
        }
    }

    @Test func problemsAreListedUpToALimitAndAllCounted() {
        let report = VerificationReport()
        for number in 0..<250 { report.add(.record, "trade/\(number)", "it is gone") }
        report.add(.digest, "head", seq: 7, "\"no\"")
        #expect(report.problems.count == 101)
        #expect(report.counts == [.record: 250, .digest: 1])
        var json = ByteBuffer()
        report.appendJSON(to: &json)
        let text = json.bytes.validatedText ?? ""
        #expect(text.hasPrefix(#"{"ok":false,"seq":0,"digest":"0000"#))
        #expect(text.contains(#""counts":{"record":250,"digest":1},"problems":[{"kind":"record","#))
        #expect(text.hasSuffix(#"{"kind":"digest","key":"head","seq":7,"detail":"\"no\""}]}"#))
    }
}
