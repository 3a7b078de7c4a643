import Basics
import Domain
import Glibc
import RocksDB
import System
import Testing

@testable import Storage

/// A data directory of its own that goes with the object, filled with events of one transaction
/// each: every one adds a currency.
final class SmallStore {
    let path: String
    private var options = StoreOptions()

    init() throws {
        var template = Array("/tmp/entrepot-storage-XXXXXX\0".utf8CString)
        _ = try #require(mkdtemp(&template))
        path =
            String(
                decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        options.blockCacheBytes = 1 << 20
        options.writeBufferBytes = 1 << 20
        options.recoveryMilliseconds = 0
    }

    deinit { try? FileSystem.removeTree(path) }

    var markPath: String { path + "/mark" }
    var formatPath: String { path + "/FORMAT" }

    func open(
        policy: StoreOptions.SyncPolicy = .always, isReadOnly: Bool = false
    ) throws(StorageError) -> Store {
        var options = self.options
        options.syncPolicy = policy
        options.isReadOnly = isReadOnly
        return try Store(directory: path, options: options)
    }

    /// Opens, writes events, and stops.
    ///
    /// - Parameters:
    ///   - isClean: whether the stop is told to the store.
    ///   - isMarked: whether the high-water mark follows.
    ///   - flushed: the family whose rows go to a sorted file half way: the write-ahead log is
    ///     ended there, and is needed on for the other families.
    func write(
        _ count: Int, policy: StoreOptions.SyncPolicy = .always, isClean: Bool = true,
        isMarked: Bool = true, flushed: Keyspace? = nil
    ) throws {
        let store = try open(policy: policy)
        for number in 0..<count {
            if let flushed, number == count / 2 {
                try store.database.flush([flushed.family])
            }
            let seq = store.writeSet.nextSeq
            let code = try #require(CurrencyCode(Self.code(seq)))
            let currency = Currency(code: code, name: "Currency", scale: 2, seq: seq)
            let event = Event(
                seq: seq, time: Timestamp(milliseconds: 1_795_000_000_000 + Int64(seq)),
                type: .currencyAdded, first: seq, count: 1, actor: .system,
                cause: Cause(command: .currencyAdd), data: .currency(currency))
            store.state.apply(event)
            store.writeSet.stage(event)
            try store.writeSet.appendStaged(state: store.state)
            _ = try store.writeSet.commitGroup()
        }
        let handles = StoreHandles(store)
        try handles.synchronize()
        if !isMarked { return }
        let head = store.writeSet.head
        try handles.writeMark(
            .init(epoch: UInt64(store.history.epoch), seq: head.seq, chain: head.chain))
        if isClean { try store.endSession() } else { try handles.recordFiles(now: 0) }
    }

    private static func code(_ seq: UInt64) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return String([
            letters[Int(seq / 676) % 26], letters[Int(seq / 26) % 26], letters[Int(seq % 26)],
        ])
    }

    /// Alters the closed database behind the store's back.
    func alter(_ body: (Database, inout WriteBatch) throws -> Void) throws {
        let database = try Database(
            path: path + "/db", families: Keyspace.families(options),
            options: DatabaseOptions(blockCacheBytes: 1 << 20))
        var batch = database.batch()
        try body(database, &batch)
        try database.write(batch)
        try database.flushWAL(sync: true)
    }

    func bytes(_ path: String) throws -> [UInt8] { try FileSystem.read(path).array }

    func put(_ bytes: [UInt8], _ path: String) throws {
        try FileSystem.writeAtomically(bytes.span, to: path)
    }

    /// What opening says; nil where it succeeds.
    func refusal(isReadOnly: Bool = false) -> String? {
        do throws(StorageError) { _ = try open(isReadOnly: isReadOnly) } catch {
            return error.message
        }
        return nil
    }
}
