import RocksDB
import Testing

@Suite struct ErrorTests {
    @Test(
        arguments: [
            ("IO error: No space left on device: While appending to file: /d/1.log", .noSpace),
            ("IO error: While appending to file: /d/1.log: No space left on device", .noSpace),
            ("IO error: While fsync: /d/1.log: Disk quota exceeded", .noSpace),
            ("Space limit reached", .noSpace),
            ("IO error: While lock file: /d/LOCK: Resource temporarily unavailable", .locked),
            ("IO error: lock hold by current process, acquire time 1 thread 2: /d/LOCK", .locked),
            ("IO error: No such file or directory: While opening a file", .io),
            ("Corruption: block checksum mismatch", .corruption),
            ("Invalid argument: Column families not opened: a", .invalidArgument),
            ("NotFound: ", .invalidArgument), ("Resource busy: ", .busy),
            ("Operation failed. Try again.: ", .busy), ("Result incomplete: ", .incomplete),
            ("Shutdown in progress: ", .incomplete), ("Something new", .other), ("", .other),
        ] as [(String, RocksDBError.Kind)])
    func theTextOfAStatusTellsItsKind(_ text: String, _ kind: RocksDBError.Kind) {
        #expect(CCall.classify(text) == kind)
    }
}

/// What comes back from a damaged write-ahead log.
@Suite struct LogDamageTests {
    let folder: Folder
    let log: String

    /// A database whose rows are all in the log and nowhere else.
    init() throws {
        folder = try Folder()
        do {
            let database = try Database.test(folder("db"))
            for number in 0..<50 {
                try database.put(try database.family(0), key(number), key(number))
            }
            try database.flushWAL(sync: true)
        }
        let name = try #require(Folder.names(folder("db")).last { $0.hasSuffix(".log") })
        log = folder("db") + "/" + name
    }

    func rows() throws(RocksDBError) -> Int {
        let database = try Database.test(folder("db"))
        var iterator = try database.iterator(try database.family(0))
        var count = 0
        try iterator.forEachRow { found, _ in
            if Array(copying: found) == key(count) { count += 1 }
            return true
        }
        return count
    }

    @Test func aWholeLogComesBack() throws {
        #expect(try rows() == 50)
    }

    /// The default recovery would open here, without the rows behind the damage.
    @Test func aFlippedByteInTheMiddleIsRefused() throws {
        try Folder.flip(log, 500..<501)
        #expect(failure { () throws(RocksDBError) in _ = try rows() } == .corruption)
    }

    @Test(arguments: [1, 5, 30])
    func aTornTailLosesOnlyTheTail(_ bytes: Int) throws {
        try Folder.cut(log, bytes)
        #expect(try rows() == 49)
        // What was recovered is whole again for the next open.
        #expect(try rows() == 49)
    }
}
