import RocksDB
import Testing

@Suite struct IteratorTests {
    let folder: Folder
    let database: Database
    let rows: Family
    let figures: Family

    init() throws {
        folder = try Folder()
        database = try Database.test(folder("db"))
        rows = try database.family(0)
        figures = try database.family(1)
        for number in 0..<20 {
            try database.put(rows, key(number * 10), key(number))
            if number == 9 { try database.flush() }
        }
    }

    @Test func boundsHold() throws {
        #expect(try database.keys(rows) == (0..<20).map { key($0 * 10) })
        #expect(try database.keys(rows, lower: key(50)) == (5..<20).map { key($0 * 10) })
        #expect(try database.keys(rows, upper: key(50)) == (0..<5).map { key($0 * 10) })
        #expect(try database.keys(rows, lower: key(41), upper: key(61)) == [key(50), key(60)])
        #expect(try database.keys(rows, lower: key(60), upper: key(50)) == [])
        #expect(try database.keys(rows, upper: []) == [])
    }

    @Test func movesBothWays() throws {
        var iterator = try database.iterator(rows, lower: key(20), upper: key(150))
        #expect(iterator.isValid == false)
        #expect(iterator.key.count == 0)
        #expect(iterator.value.count == 0)
        #expect(try !iterator.next())
        #expect(try !iterator.prev())
        #expect(try iterator.seek(key(35).span))
        #expect(Array(copying: iterator.key) == key(40))
        #expect(Array(copying: iterator.value) == key(4))
        #expect(try iterator.prev())
        #expect(Array(copying: iterator.key) == key(30))
        #expect(try iterator.seekForPrev(key(99).span))
        #expect(Array(copying: iterator.key) == key(90))
        #expect(try iterator.seekToLast())
        #expect(Array(copying: iterator.key) == key(140))
        #expect(try !iterator.next())
        #expect(iterator.key.count == 0)
        #expect(try iterator.seekToFirst())
        #expect(Array(copying: iterator.key) == key(20))
        #expect(try !iterator.prev())
        #expect(try !iterator.seek(key(150).span))
        try iterator.check()
    }

    /// Rows of a batch that is not written lie over the database's, within the same bounds.
    @Test func rowsOfABatchLieOver() throws {
        let batch = IndexedBatch(database)
        for number in [5, 20, 45, 145, 150, 195, 200] {
            try batch.put(rows, key(number).span, key(7).span)
        }
        try batch.delete(rows, key(30).span)
        try batch.delete(rows, key(190).span)
        #expect(try batch.value(rows, key(45).span) == key(7))
        #expect(try batch.value(rows, key(40).span) == key(4))
        #expect(try batch.value(rows, key(20).span) == key(7))
        #expect(try batch.value(rows, key(30).span) == nil)
        #expect(try batch.value(rows, key(1).span) == nil)
        let all =
            [0, 5, 10, 20] + (4...4).map { $0 * 10 } + [45] + (5...14).map { $0 * 10 }
            + [145] + (15...18).map { $0 * 10 } + [195, 200]
        for bounds in [(Int?.none, Int?.none), (20, 150), (21, 45), (5, 201), (30, 31), (46, 46)] {
            let wanted = all.filter { $0 >= bounds.0 ?? 0 && $0 < bounds.1 ?? 1_000 }.map(key)
            var iterator = try database.iterator(
                rows, lower: bounds.0.map(key), upper: bounds.1.map(key), under: batch)
            var seen: [[UInt8]] = []
            var isValid = try iterator.seekToFirst()
            while isValid {
                seen.append(Array(copying: iterator.key))
                isValid = try iterator.next()
            }
            #expect(seen == wanted, "\(bounds)")
            seen = []
            isValid = try iterator.seekToLast()
            while isValid {
                seen.append(Array(copying: iterator.key))
                isValid = try iterator.prev()
            }
            #expect(seen == wanted.reversed(), "\(bounds), backwards")
        }
        #expect(try database.keys(rows).count == 20)
    }

    @Test func forEachRowStopsWhenTold() throws {
        var iterator = try database.iterator(rows)
        var seen = 0
        try iterator.forEachRow { _, _ in
            seen += 1
            return seen < 3
        }
        #expect(seen == 3)
    }

    @Test func aHashFamilyGivesNone() throws {
        #expect(
            failure { () throws(RocksDBError) in _ = try database.iterator(figures) }
                == .exactKeyOnly)
    }

    @Test func aFullScanSeesMemtableAndFilesOfAHashFamily() throws {
        for number in (0..<500).reversed() {
            try database.put(figures, key(number), [UInt8(number & 0xff)])
            if number == 250 { try database.flush([figures]) }
        }
        var scan = try database.fullScan(figures)
        var seen = 0
        try scan.forEachRow { found, value in
            #expect(Array(copying: found) == key(seen))
            #expect(Array(copying: value) == [UInt8(seen & 0xff)])
            seen += 1
            return true
        }
        #expect(seen == 500)
        var part = try database.fullScan(figures, lower: key(100), upper: [0, 0, 0, 0, 0, 0, 1])
        seen = 100
        try part.forEachRow { found, _ in
            #expect(Array(copying: found) == key(seen))
            seen += 1
            return true
        }
        #expect(seen == 256)
    }
}
