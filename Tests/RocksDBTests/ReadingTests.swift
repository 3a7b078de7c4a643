import RocksDB
import Testing

@Suite struct ReadingTests {
    let folder: Folder
    let database: Database
    let rows: Family
    let figures: Family

    init() throws {
        folder = try Folder()
        database = try Database.test(folder("db"))
        rows = try database.family(0)
        figures = try database.family(1)
    }

    @Test func pinnedValuesOutliveLaterWrites() throws {
        try database.put(rows, key(1), [1, 2, 3])
        try database.flush([rows])
        let value = try database.value(rows, key(1).span)
        try database.put(rows, key(1), [9])
        switch consume value {
        case .none: Issue.record("no value")
        case .some(let value):
            #expect(value.count == 3)
            #expect(Array(copying: value.bytes) == [1, 2, 3])
        }
        #expect(try database.contains(rows, key(1).span))
        #expect(try !database.contains(rows, key(2).span))
        #expect(try database.get(rows, key(2).span) { $0.count } == nil)
    }

    @Test func emptyKeysAndValues() throws {
        try database.put(rows, [], [])
        #expect(try database.bytes(rows, []) == [])
        try database.flush()
        #expect(try database.bytes(rows, []) == [])
        #expect(try database.keys(rows) == [[]])
    }

    @Test func errorsOfTheBodyPass() throws {
        try database.put(rows, key(1), [1])
        #expect(
            failure { () throws(RocksDBError) in
                _ = try database.get(rows, key(1).span) { (_) throws(RocksDBError) -> Int in
                    throw RocksDBError(.corruption, "test")
                }
            } == .corruption)
    }

    @Test func snapshotsStandStill() throws {
        try database.put(rows, key(1), [1])
        try database.put(figures, key(1), [1])
        let before = try database.snapshot()
        #expect(before.sequenceNumber == database.latestSequenceNumber)
        for number in 2..<300 {
            try database.put(rows, key(1), [UInt8(number & 0xff)])
            try database.put(figures, key(1), [UInt8(number & 0xff)])
            if number % 100 == 0 { try database.flush() }
        }
        #expect(before.sequenceNumber < database.latestSequenceNumber)
        #expect(try database.bytes(rows, key(1), at: before) == [1])
        #expect(try database.bytes(figures, key(1), at: before) == [1])
        #expect(try database.contains(figures, key(1).span, at: before))
        #expect(try database.bytes(rows, key(1)) == [UInt8(299 & 0xff)])
        var iterator = try database.iterator(rows, at: before)
        #expect(try iterator.seekToFirst())
        #expect(Array(copying: iterator.value) == [1])
        var seen: [[UInt8]] = []
        try database.multiGet(figures, keys: key(1).span, keyLength: 8, at: before) { _, value in
            if let value { seen.append(Array(copying: value)) }
        }
        #expect(seen == [[1]])
    }

    @Test func aForeignSnapshotIsRefused() throws {
        let other = try Database.test(folder("other"))
        let foreign = try other.snapshot()
        let kinds = [
            failure { () throws(RocksDBError) in _ = try database.bytes(rows, key(1), at: foreign)
            },
            failure { () throws(RocksDBError) in _ = try database.iterator(rows, at: foreign) },
            failure { () throws(RocksDBError) in _ = try database.fullScan(rows, at: foreign) },
            failure { () throws(RocksDBError) in
                try database.multiGet(rows, keys: key(1).span, keyLength: 8, at: foreign) { _, _ in
                }
            },
        ]
        #expect(kinds.allSatisfy { $0 == .invalidArgument })
    }

    @Test func theDatabaseStaysOpenForItsSnapshots() throws {
        func snapshot() throws -> Snapshot {
            let database = try Database.test(folder("short"))
            try database.put(try database.family(0), key(1), [5])
            return try database.snapshot()
        }
        let snapshot = try snapshot()
        #expect(try snapshot.database.bytes(rows, key(1), at: snapshot) == [5])
    }

    @Test func multiGetAnswersInOrder() throws {
        for number in stride(from: 0, to: 600, by: 3) {
            try database.put(figures, key(number), key(number * 7))
        }
        try database.flush()
        for number in stride(from: 600, to: 900, by: 3) {
            try database.put(figures, key(number), key(number * 7))
        }
        let wanted = (0..<900).reversed().flatMap { key($0) }
        var next = 899
        try database.multiGet(figures, keys: wanted.span, keyLength: 8) {
            index, value in
            #expect(899 - index == next)
            var bytes: [UInt8]?
            if let value { bytes = Array(copying: value) }
            #expect(bytes == (next % 3 == 0 ? key(next * 7) : nil))
            next -= 1
        }
        #expect(next == -1)
        let part = [UInt8](repeating: 0, count: 12)
        for length in [0, -1, 8, 4] {
            #expect(
                failure { () throws(RocksDBError) in
                    try database.multiGet(figures, keys: part.span, keyLength: length) { _, _ in }
                } == .invalidArgument)
        }
        #expect(
            failure { () throws(RocksDBError) in
                try database.multiGet(figures, keys: wanted.span, keyLength: 8) {
                    (index, _) throws(RocksDBError) in
                    if index == 3 { throw RocksDBError(.busy, "test") }
                }
            } == .busy)
    }

    @Test func propertiesAnswer() throws {
        try database.put(rows, key(1), [1])
        #expect(database.integerProperty("rocksdb.num-entries-active-mem-table", of: rows) == 1)
        #expect(database.integerProperty("rocksdb.block-cache-capacity", of: rows) == 1 << 20)
        #expect(database.property("rocksdb.stats")?.isEmpty == false)
        #expect(database.property("rocksdb.levelstats", of: rows) != nil)
        #expect(database.property("rocksdb.nonsense") == nil)
        #expect(database.integerProperty("rocksdb.nonsense") == nil)
    }
}
