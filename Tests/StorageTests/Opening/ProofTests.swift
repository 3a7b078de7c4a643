import Basics
import Domain
import RocksDB
import System
import Testing

@testable import Storage

/// What a start refuses, and what it says.
@Suite struct ProofTests {
    private func store(_ count: Int = 12) throws -> SmallStore {
        let store = try SmallStore()
        try store.write(count)
        return store
    }

    @Test func aWholeStoreOpensAgain() throws {
        let small = try store()
        for _ in 0..<3 {
            #expect(small.refusal() == nil)
            #expect(small.refusal(isReadOnly: true) == nil)
        }
        try small.write(3)
        #expect(try small.open().writeSet.head.seq == 15)
        #expect(try small.open().history.epochs.count == 1)
    }

    /// The log loses its tail as a whole, as RocksDB can lose it without an error.
    @Test func aLostTailIsNamed() throws {
        let small = try store(9)
        let short = try SmallStore()
        try FileSystem.removeTree(short.path)
        try copy(small.path, short.path)
        try small.write(3)
        // The mark of the longer log beside the shorter one.
        try short.put(try small.bytes(small.markPath), short.markPath)
        for isReadOnly in [true, false] {
            let refusal = short.refusal(isReadOnly: isReadOnly) ?? ""
            #expect(refusal.contains("events 10 to 12 were on disk and are gone"), "\(refusal)")
            #expect(refusal.contains("salvage"))
        }
    }

    @Test(arguments: [
        (HighWaterMark.Value(epoch: 0, seq: 15, chain: Digest128()), "events 13 to 15"),
        (.init(epoch: 0, seq: 12, chain: Digest128(high: 1)), "event 12 is not the one"),
        (.init(epoch: 0, seq: 5, chain: Digest128(high: 1)), "event 5 is not the one"),
        (.init(epoch: 4, seq: 0, chain: Digest128()), "epoch 4"),
    ])
    func aMarkThatDoesNotFitIsNamed(value: HighWaterMark.Value, words: String) throws {
        let small = try store()
        try HighWaterMark(path: small.markPath).write(value)
        #expect(small.refusal()?.contains(words) == true, "\(small.refusal() ?? "opened")")
    }

    @Test(arguments: ["mark", "FORMAT", "db"]) func aMissingPartIsRefused(name: String) throws {
        let small = try store()
        try FileSystem.removeTree(small.path + "/" + name)
        let before = try FileSystem.list(small.path)
        let refusal = small.refusal()
        #expect(refusal != nil)
        #expect(small.refusal(isReadOnly: true) != nil)
        // Refusing makes nothing that would hide the loss the next time.
        #expect(try FileSystem.list(small.path) == before)
        #expect(small.refusal() == refusal)
    }

    @Test(arguments: [0, 40, 128]) func aBrokenMarkIsRefused(count: Int) throws {
        let small = try store()
        try small.put([UInt8](repeating: 0, count: count), small.markPath)
        #expect(small.refusal()?.contains("neither of its two slots") == true)
    }

    @Test(arguments: [
        ("head", "the head is gone"), ("history", "history table is missing"),
        ("seed", "history table is missing"),
    ])
    func aMissingMetaRowIsRefused(name: String, words: String) throws {
        let small = try store()
        try small.alter { _, batch in
            batch.delete(Keyspace.meta.family, Array(name.utf8).span)
        }
        #expect(small.refusal()?.contains(words) == true, "\(small.refusal() ?? "opened")")
    }

    @Test(arguments: ["head", "history", "seed", "session"])
    func aTruncatedMetaRowIsRefused(name: String) throws {
        let small = try store()
        try small.alter { _, batch in
            let key = Array(name.utf8)
            let value: [UInt8] = [1]
            batch.put(Keyspace.meta.family, key.span, value.span)
        }
        #expect(small.refusal()?.contains("meta/\(name) is damaged") == true)
    }

    /// The last row of a family is gone, or another one: whoever put it was acknowledged.
    @Test(arguments: [true, false]) func aFamilyBehindIsRefused(isGone: Bool) throws {
        let small = try store()
        try small.alter { database, batch in
            let key = StoreKey.name("witness")
            guard let pinned = try database.value(Keyspace.meta.family, key.bytes),
                let witness = try WitnessTable.decode(pinned.bytes)[.catalog]
            else {
                Issue.record("the store has no witness of its catalog")
                return
            }
            if isGone {
                batch.delete(Keyspace.catalog.family, witness.key.bytes)
            } else {
                batch.put(Keyspace.catalog.family, witness.key.bytes, [UInt8]([1]).span)
            }
        }
        let refusal = small.refusal() ?? "opened"
        #expect(refusal.contains("family catalog"), "\(refusal)")
        #expect(refusal.contains(isGone ? "lacks the row" : "has another row"), "\(refusal)")
    }

    @Test(arguments: [
        (UInt64(12), "event 12"), (13, "the log ends with event 13"),
    ])
    func aTailThatDoesNotFitTheHeadIsRefused(seq: UInt64, words: String) throws {
        let small = try store()
        try small.alter { _, batch in
            batch.put(
                Keyspace.events.family, StoreKey.event(seq).bytes,
                [UInt8](repeating: 9, count: 40).span)
        }
        #expect(small.refusal()?.contains(words) == true, "\(small.refusal() ?? "opened")")
    }

    // MARK: Damage in the write-ahead log

    /// A flipped bit in the log from `offset` of its newest file on.
    private func flip(_ small: SmallStore, at offset: (Int) -> Int) throws {
        let names = try FileSystem.list(small.path + "/db").filter { $0.hasSuffix(".log") }.sorted()
        let path = small.path + "/db/" + (try #require(names.last))
        var bytes = try small.bytes(path)
        let place = offset(bytes.count)
        bytes[place] ^= 0x10
        try small.put(bytes, path)
    }

    /// Every bit that lies past the mark may go; what was marked is there, and the store serves.
    @Test(arguments: [0, 40, 400, 900]) func damagePastTheMarkIsCutOff(distance: Int) throws {
        let small = try store(3)
        try small.write(2, isClean: false)
        let size = try logSize(small)
        try small.write(8, isClean: false, isMarked: false)
        let end = try logSize(small)
        // An open moves on to a new log file; all of the unmarked tail may be in that one.
        let start = end > size ? size : 0
        try flip(small) { min(start + 20 + distance, $0 - 1) }
        #expect(small.refusal(isReadOnly: true) != nil)
        let opened = try small.open()
        let head = opened.writeSet.head.seq
        #expect((5...13).contains(head), "\(head)")
        #expect(opened.cutBehind == head)
    }

    private func logSize(_ small: SmallStore) throws -> Int {
        let names = try FileSystem.list(small.path + "/db").filter { $0.hasSuffix(".log") }.sorted()
        return try small.bytes(small.path + "/db/" + (try #require(names.last))).count
    }

    @Test(arguments: [0, 40, 400]) func damageBeforeTheMarkIsRefused(distance: Int) throws {
        let small = try store(3)
        try small.write(8, isClean: false)
        try flip(small) { min(20 + distance, $0 - 1) }
        for _ in 0..<2 {
            let refusal = small.refusal() ?? "opened"
            #expect(refusal.contains("Nothing was changed"), "\(refusal)")
            #expect(refusal.contains("11 (the mark) cannot be read"), "\(refusal)")
            #expect(refusal.contains("entrepot verify"), "\(refusal)")
        }
    }

    private func logs(_ small: SmallStore) throws -> [String] {
        try FileSystem.list(small.path + "/db").filter { $0.hasSuffix(".log") }.sorted()
            .map { small.path + "/db/" + $0 }
    }

    /// A log that was ended and is still needed: the database itself goes on without its rows.
    @Test(arguments: [true, false], [true, false])
    func anOlderLogThatIsShorterIsRefused(isGone: Bool, isClean: Bool) throws {
        let small = try SmallStore()
        try small.write(20, isClean: isClean, flushed: .events)
        let logs = try logs(small)
        #expect(logs.count == 2)
        let whole = try small.bytes(logs[0])
        if isGone {
            try FileSystem.removeTree(logs[0])
        } else {
            try small.put(Array(whole.dropLast(20)), logs[0])
        }
        for _ in 0..<2 {
            let refusal = small.refusal() ?? "opened"
            #expect(refusal.contains(isGone ? "is gone" : "bytes, it had"), "\(refusal)")
            #expect(refusal.contains("Nothing was changed"), "\(refusal)")
        }
        try small.put(whole, logs[0])
        #expect(try small.open().writeSet.head.seq == 20)
    }

    /// A log that was still recorded when it was not needed any more raises doubt, which the proof
    /// of all records ends.
    @Test func anOlderLogThatIsNotNeededMayGo() throws {
        let small = try store(20)
        var record = try small.bytes(small.path + "/files")
        let decoded = FileRecord.decode(record.span)
        var entries = try #require(decoded)
        entries.insert(.init(name: "000001.log", size: 77), at: 0)
        record = FileRecord.encode(entries).array
        try small.put(record, small.path + "/files")
        let opened = try small.open()
        #expect(opened.doubt == "000001.log is gone")
        #expect(opened.writeSet.head.seq == 20)
    }

    @Test func aDamagedRecordOfFilesRaisesDoubt() throws {
        let small = try store(20)
        let path = small.path + "/files"
        let whole = try small.bytes(path)
        for count in 0..<whole.count {
            #expect(FileRecord.decode(Array(whole.prefix(count)).span) == nil)
            var bytes = whole
            bytes[count] ^= 1
            #expect(FileRecord.decode(bytes.span) == nil)
        }
        try small.put(Array(whole.dropLast()), path)
        #expect(try small.open().doubt?.contains("is damaged") == true)
        #expect(try small.open().doubt == nil)
    }

    /// A manifest that lost its last entries may name too few sorted files. Where the logs still
    /// have the rows the store opens, proven; where not, it is refused.
    @Test(arguments: [1, 20, 60, 120, 400]) func aShorterManifestRaisesDoubt(cut: Int) throws {
        let small = try SmallStore()
        try small.write(20, flushed: .events)
        let names = try FileSystem.list(small.path + "/db").filter { $0.hasPrefix("MANIFEST") }
        let path = small.path + "/db/" + (try #require(names.last))
        let whole = try small.bytes(path)
        try small.put(Array(whole.dropLast(cut)), path)
        do throws(StorageError) {
            let opened = try small.open()
            #expect(opened.doubt?.contains("MANIFEST") == true)
            #expect(opened.writeSet.head.seq == 20)
            try WholeProof(database: opened.database, head: opened.writeSet.head).check()
        } catch {
            #expect(error.message.contains("MANIFEST"), "\(error.message)")
        }
    }

    // MARK: FORMAT and the lock

    @Test(arguments: [
        ("entrepot 2\n", "use a newer entrepot"), ("entrepot 99", "use a newer entrepot"),
        ("entrepot 0\n", "damaged"), ("entrepot -1\n", "damaged"), ("entrepot\n", "damaged"),
        ("", "damaged"), ("redis 1\n", "damaged"), ("entrepot 1 1\n", "damaged"),
        ("entrepot 99999999999999999999\n", "damaged"), ("\u{0}\u{0}", "damaged"),
    ])
    func aFormatThatIsNotOursIsRefused(text: String, words: String) throws {
        let small = try store(2)
        try small.put(Array(text.utf8), small.formatPath)
        #expect(small.refusal()?.contains(words) == true, "\(small.refusal() ?? "opened")")
        #expect(small.refusal(isReadOnly: true)?.contains(words) == true)
        try small.put([UInt8](repeating: 0xff, count: 4_096), small.formatPath)
        #expect(small.refusal()?.contains("damaged") == true)
    }

    @Test func aDirectoryHasOneUser() throws {
        let small = try store(2)
        let first = try small.open()
        for isReadOnly in [true, false] {
            #expect(
                small.refusal(isReadOnly: isReadOnly) == "another process uses \(small.path)")
        }
        withExtendedLifetime(first) {}
    }

    @Test func lookingChangesNothing() throws {
        let small = try store()
        let before = try contents(small.path)
        #expect(try small.open(isReadOnly: true).writeSet.head.seq == 12)
        #expect(try contents(small.path) == before)
        let empty = try SmallStore()
        #expect(empty.refusal(isReadOnly: true)?.contains("holds no entrepot data") == true)
        #expect(try FileSystem.list(empty.path).isEmpty)
    }

    // MARK: Sessions

    @Test func onlyAnUncleanStopUnderARelaxedPolicyEndsTheHistory() throws {
        let small = try SmallStore()
        try small.write(2)
        let first = try small.open(isReadOnly: true).history.current
        try small.write(2, policy: .always, isClean: false)
        #expect(try small.open(isReadOnly: true).history.current == first)
        try small.write(2, policy: .interval(milliseconds: 10), isClean: true)
        #expect(try small.open(isReadOnly: true).history.current == first)
        try small.write(2, policy: .off, isClean: false)
        let store = try small.open()
        #expect(store.endedHistory == first)
        #expect(store.history.epochs.map(\.first) == [1, 9])
        #expect(store.history.verdict(id: first, seq: 9) == .forked)
    }

    /// The start that begins a history dies before its first event.
    @Test func aHistoryWithoutEventsIsToldAgain() throws {
        let small = try SmallStore()
        try small.write(4, policy: .off, isClean: false)
        let ended = try #require(try small.open().endedHistory)
        #expect(try small.open().endedHistory == ended)
        try small.write(1)
        #expect(try small.open().endedHistory == nil)
    }

    @Test func anEpochCutsThoseThatWereToBeginLater() {
        var table = HistoryTable(first: .init(id: "a", first: 1))
        table.begin(.init(id: "b", first: 500))
        table.begin(.init(id: "c", first: 401))
        #expect(table.epochs.map(\.first) == [1, 401, 401])
        #expect(table.verdict(id: "a", seq: 400) == .good)
        #expect(table.verdict(id: "a", seq: 450) == .forked)
        #expect(table.verdict(id: "b", seq: 500) == .forked)
        #expect(table.history(of: 401) == "c")
    }

    // MARK: The watchdog

    @Test func theWatchdogSeesAThreadThatStandsStill() throws {
        let barked = WaitableFlag()
        let watchdog = RecoveryWatchdog(milliseconds: 20) { _ in barked.set() }
        #expect(barked.wait(milliseconds: 5_000))
        watchdog.stop()
    }

    @Test func theWatchdogLetsWorkBe() throws {
        let small = try store(1)
        let barked = WaitableFlag()
        let watchdog = RecoveryWatchdog(milliseconds: 150) { _ in barked.set() }
        for _ in 0..<100 {
            _ = try small.bytes(small.formatPath)
            barked.wait(milliseconds: 5)
        }
        watchdog.stop()
        #expect(!barked.isSet)
    }

    // MARK: Files

    private func copy(_ source: String, _ target: String) throws {
        try FileSystem.makeFolder(target)
        for name in try FileSystem.list(source) {
            let from = source + "/" + name
            if try FileSystem.kind(of: from) == .folder {
                try copy(from, target + "/" + name)
            } else {
                let content = try FileSystem.read(from)
                try FileSystem.writeAtomically(content.bytes, to: target + "/" + name)
            }
        }
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
}
