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
