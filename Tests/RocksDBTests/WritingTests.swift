import Glibc
import RocksDB
import Testing

@Suite struct WritingTests {
    let folder: Folder
    let database: Database
    let rows: Family
    let figures: Family
    let ids: Family

    init() throws {
        folder = try Folder()
        database = try Database.test(folder("db"))
        rows = try database.family(0)
        figures = try database.family(1)
        ids = try database.family(2)
    }

    @Test func aBatchIsOneUnit() throws {
        var batch = database.batch()
        #expect(batch.isEmpty == true)
        let empty = batch.byteCount
        batch.put(rows, key(1).span, key(10).span)
        batch.put(figures, key(1).span, key(11).span)
        let nothing: [UInt8] = []
        batch.put(ids, key(1).span, nothing.span)
        batch.delete(rows, key(2).span)
        #expect(batch.count == 4)
        #expect(batch.byteCount > empty + 16)
        let before = database.latestSequenceNumber
        try database.write(batch, sync: true)
        #expect(database.latestSequenceNumber == before + 4)
        #expect(try database.bytes(figures, key(1)) == key(11))
        batch.clear()
        #expect(batch.count == 0)
        #expect(batch.byteCount == empty)
        try database.write(batch)
        #expect(database.latestSequenceNumber == before + 4)
        batch.delete(figures, key(1).span)
        try database.write(batch)
        #expect(try database.bytes(figures, key(1)) == nil)
    }

    @Test func savePointsNest() throws {
        var batch = database.batch()
        batch.put(rows, key(1).span, [1].span)
        batch.setSavePoint()
        batch.put(rows, key(2).span, [2].span)
        batch.setSavePoint()
        batch.put(rows, key(3).span, [3].span)
        try batch.rollbackToSavePoint()
        #expect(batch.count == 2)
        batch.setSavePoint()
        batch.put(rows, key(4).span, [4].span)
        try batch.popSavePoint()
        #expect(batch.count == 3)
        try batch.rollbackToSavePoint()
        #expect(batch.count == 1)
        do throws(RocksDBError) {
            try batch.rollbackToSavePoint()
            Issue.record("no mark is left")
        } catch { #expect(error.kind == .invalidArgument) }
        do throws(RocksDBError) {
            try batch.popSavePoint()
            Issue.record("no mark is left")
        } catch { #expect(error.kind == .invalidArgument) }
        try database.write(batch)
        #expect(try database.keys(rows) == [key(1)])
    }

    @Test func aRangeGoes() throws {
        for number in 0..<10 { try database.put(rows, key(number), [1]) }
        var batch = database.batch()
        batch.deleteRange(rows, from: key(2).span, to: key(8).span)
        try database.write(batch)
        #expect(try database.keys(rows) == [0, 1, 8, 9].map(key))
        try database.compactRange(rows)
        try database.compactRange(rows, from: key(0), to: key(1))
        #expect(try database.keys(rows) == [0, 1, 8, 9].map(key))
        #expect(try database.bytes(rows, key(5)) == nil)
    }

    /// A key shorter than a prefix would abort the process inside RocksDB.
    @Test(arguments: [0, 1, 7, 9])
    func aKeyOfTheWrongWidthIsRefused(_ length: Int) throws {
        let wrong = [UInt8](repeating: 1, count: length)
        var batch = database.batch()
        batch.put(rows, key(1).span, [1].span)
        batch.put(figures, wrong.span, [1].span)
        #expect(batch.count == 1)
        #expect((batch.refusal)?.kind == .invalidArgument)
        #expect(throws: RocksDBError.self) { try self.database.write(batch) }
        batch.clear()
        batch.delete(figures, wrong.span)
        #expect(throws: RocksDBError.self) { try self.database.write(batch) }
        batch.clear()
        batch.deleteRange(figures, from: key(1).span, to: wrong.span)
        #expect(throws: RocksDBError.self) { try self.database.write(batch) }
        batch.clear()
        batch.put(figures, key(1).span, [1].span)
        try database.write(batch)
        #expect(try database.bytes(rows, key(1)) == nil)
        #expect(
            failure { () throws(RocksDBError) in _ = try database.bytes(figures, wrong) }
                == .invalidArgument)
    }

    @Test func foreignFamiliesAndBatchesAreRefused() throws {
        let one = try Database.test(folder("one"), [testFamilies[0]])
        var batch = one.batch()
        batch.put(ids, key(1).span, [1].span)
        #expect((batch.refusal)?.kind == .invalidArgument)
        batch.clear()
        batch.put(rows, key(1).span, [1].span)
        #expect(throws: RocksDBError.self) { try self.database.write(batch) }
        #expect(
            failure { () throws(RocksDBError) in _ = try one.bytes(ids, key(1)) }
                == .invalidArgument)
        #expect(failure { () throws(RocksDBError) in try one.flush([ids]) } == .invalidArgument)
        #expect(one.property("rocksdb.stats", of: ids) == nil)
    }

    @Test func hashFamiliesKeepAllThroughFlushes() throws {
        var batch = database.batch()
        // Several memtables full, in an order without a pattern.
        for number in 0..<6000 {
            let scattered = number &* 7919 % 6000
            batch.put(figures, key(scattered).span, key(scattered * 3).span)
            if batch.count == 64 {
                try database.write(batch)
                batch.clear()
            }
        }
        try database.write(batch)
        try database.flushWAL(sync: false)
        for number in stride(from: 0, to: 6000, by: 97) {
            #expect(try database.bytes(figures, key(number)) == key(number * 3))
            #expect(try database.bytes(figures, key(number + 6000)) == nil)
        }
        #expect(Folder.names(folder("db")).contains { $0.hasSuffix(".sst") })
        try database.compactRange(figures)
        #expect(try database.bytes(figures, key(5999)) == key(17997))
        #expect(try database.bytes(figures, key(6001)) == nil)
        #expect(database.integerProperty("rocksdb.estimate-num-keys", of: figures) == 6000)
    }

    @Test func withoutLogIsLostUnlessFlushed() throws {
        let path = folder("volatile")
        do {
            let database = try Database.test(path)
            var batch = database.batch()
            batch.put(try database.family(0), key(1).span, [1].span)
            try database.write(batch, disableWAL: true)
            #expect(throws: RocksDBError.self) {
                try database.write(batch, sync: true, disableWAL: true)
            }
            try database.flush()
        }
        let database = try Database.test(path)
        #expect(try database.bytes(try database.family(0), key(1)) == [1])
    }

    @Test func aFailedFlushIsRemembered() throws {
        #expect(database.backgroundError() == nil)
        try database.put(rows, key(1), [1])
        // Without its folder the database can write no sorted file.
        Folder.remove(folder("db"))
        #expect(failure { () throws(RocksDBError) in try database.flush([rows]) } == .io)
        let error = try #require(database.backgroundError())
        #expect(error.contains("IO error"))
        #expect(throws: RocksDBError.self) { try self.database.put(self.rows, key(2), [2]) }
        #expect(database.backgroundError() == error)
    }
}
