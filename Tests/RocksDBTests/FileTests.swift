import RocksDB
import Testing

@Suite struct FileTests {
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

    func write(
        _ name: String, _ family: Family, _ numbers: some Sequence<Int>, value: UInt8
    ) throws -> String {
        var writer = try database.sortedFileWriter(family, path: folder(name))
        for number in numbers { try writer.put(key(number).span, [value].span) }
        #expect(try writer.finish() > 100)
        return folder(name)
    }

    @Test func ingestsFilesWhole() throws {
        try database.put(rows, key(5), [1])
        try database.put(figures, key(5), [1])
        let first = try write("a.sst", rows, 0..<100, value: 2)
        let second = try write("b.sst", rows, 100..<200, value: 3)
        try database.ingest([first, second], into: rows)
        #expect(Folder.names(folder.path) == ["db"])
        #expect(try database.keys(rows).count == 200)
        #expect(try database.bytes(rows, key(5)) == [2])
        #expect(try database.bytes(rows, key(150)) == [3])
        let third = try write("c.sst", figures, 0..<10, value: 4)
        try database.ingest([third], into: figures, moveFiles: false)
        #expect(Folder.names(folder.path) == ["c.sst", "db"])
        #expect(try database.bytes(figures, key(5)) == [4])
        try database.ingest([], into: rows)
    }

    @Test func sortedFilesRefuseDisorder() throws {
        var writer = try database.sortedFileWriter(figures, path: folder("x.sst"))
        try writer.put(key(5).span, [1].span)
        for wrong in [key(5), key(4), [1], []] {
            do throws(RocksDBError) {
                try writer.put(wrong.span, [1].span)
                Issue.record("taken: \(wrong)")
            } catch { #expect(error.kind == .invalidArgument) }
        }
        #expect(writer.count == 1)
        #expect(
            failure { () throws(RocksDBError) in
                _ = try database.sortedFileWriter(rows, path: folder("y.sst")).finish()
            } == .invalidArgument)
        #expect(
            failure { () throws(RocksDBError) in
                _ = try database.sortedFileWriter(rows, path: folder("none/y.sst"))
            } == .io)
    }

    @Test func aMissingOrBrokenFileIsNotIngested() throws {
        #expect(
            failure { () throws(RocksDBError) in
                try database.ingest([folder("none.sst")], into: rows)
            } == .io)
        let path = try write("broken.sst", rows, 0..<1000, value: 1)
        try Folder.flip(path, 0..<400)
        try Folder.flip(path, 1000..<1400)
        #expect(throws: RocksDBError.self) { try self.database.ingest([path], into: self.rows) }
        #expect(try database.keys(rows) == [])
    }

    @Test func aCheckpointIsADatabase() throws {
        for number in 0..<100 {
            try database.put(rows, key(number), [1])
            try database.put(figures, key(number), [2])
        }
        try database.checkpoint(to: folder("copy"))
        try database.put(rows, key(100), [1])
        let copy = try Database.test(folder("copy"))
        #expect(try copy.keys(rows).count == 100)
        #expect(try copy.bytes(figures, key(99)) == [2])
        #expect(
            failure { () throws(RocksDBError) in try database.checkpoint(to: folder("copy")) }
                == .invalidArgument)
    }

    @Test func aDamagedFileGivesACorruption() throws {
        let path = folder("damaged")
        do {
            let database = try Database.test(path)
            var batch = database.batch()
            for number in 0..<2000 { batch.put(rows, key(number).span, key(number &* 77).span) }
            try database.write(batch)
            try database.flush([rows])
        }
        let file = try #require(Folder.names(path).first { $0.hasSuffix(".sst") })
        try Folder.flip(path + "/" + file, 20..<60)
        let damaged = try Database.test(path)
        #expect(
            failure { () throws(RocksDBError) in _ = try damaged.bytes(rows, key(0)) }
                == .corruption)
        // The same must not look like the end of the rows.
        #expect(
            failure { () throws(RocksDBError) in
                var iterator = try damaged.fullScan(rows)
                try iterator.forEachRow { _, _ in true }
            } == .corruption)
    }

    @Test func aDamagedManifestDoesNotOpen() throws {
        let path = folder("damaged")
        _ = try Database.test(path)
        let file = try #require(Folder.names(path).first { $0.hasPrefix("MANIFEST") })
        try Folder.flip(path + "/" + file, 8..<30)
        #expect(failure { () throws(RocksDBError) in _ = try Database.test(path) } == .corruption)
    }
}
