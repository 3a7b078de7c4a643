import Basics
import RocksDB

/// The named values of `meta` besides the head: what a store knows about itself.
///
///     head       LogHead          history   HistoryTable     witness   WitnessTable
///     seed       number:8         session   schema:varint(1) isOpen:1 isDurable:1
///
/// A session is the time from a start to a stop. `isOpen` still set at the next start means that
/// the process died; `isDurable` says whether every reply had waited for the disk.
struct MetaRecords {
    let database: Database

    func head() throws(StorageError) -> LogHead? {
        try read("head") { (bytes) throws(DecodingError) in try LogHead.decode(bytes) }
    }

    func witnesses() throws(StorageError) -> WitnessTable? {
        try read("witness") { (bytes) throws(DecodingError) in try WitnessTable.decode(bytes) }
    }

    func history() throws(StorageError) -> HistoryTable? {
        try read("history") { (bytes) throws(DecodingError) in try HistoryTable.decode(bytes) }
    }

    func identitySeed() throws(StorageError) -> UInt64? {
        try read("seed") { (bytes) throws(DecodingError) in
            var reader = ByteReader(bytes)
            return try reader.bigEndian(UInt64.self)
        }
    }

    func create(history: HistoryTable, identitySeed: UInt64) throws(StorageError) {
        var seed = ByteBuffer(capacity: 16)
        seed.append(bigEndian: identitySeed)
        try write("seed", seed)
        try setHistory(history)
    }

    func setHistory(_ history: HistoryTable) throws(StorageError) {
        var value = ByteBuffer(capacity: 64)
        history.encode(into: &value)
        try write("history", value)
    }

    // MARK: Sessions

    func wasUnclean() throws(StorageError) -> Bool { try session()?.isOpen ?? false }

    func wasDurable() throws(StorageError) -> Bool { try session()?.isDurable ?? true }

    func beginSession(policy: StoreOptions.SyncPolicy) throws(StorageError) {
        try setSession(isOpen: true, isDurable: policy == .always)
    }

    func endSession() throws(StorageError) { try setSession(isOpen: false, isDurable: true) }

    private func session() throws(StorageError) -> (isOpen: Bool, isDurable: Bool)? {
        try read("session") { (bytes) throws(DecodingError) in
            var reader = ByteReader(bytes)
            let schema = try reader.varint()
            if schema != 1 { throw .newerSchema(schema) }
            return (try reader.byte() != 0, try reader.byte() != 0)
        }
    }

    private func setSession(isOpen: Bool, isDurable: Bool) throws(StorageError) {
        var value = ByteBuffer(capacity: 16)
        value.append(varint: 1)
        value.append(isOpen ? 1 : 0)
        value.append(isDurable ? 1 : 0)
        try write("session", value)
    }

    // MARK: Rows

    private func read<Result>(
        _ name: StaticString, _ body: (Span<UInt8>) throws(DecodingError) -> Result
    ) throws(StorageError) -> Result? {
        var result: Result?
        var failure: DecodingError?
        do throws(RocksDBError) {
            if let pinned = try database.value(
                Keyspace.meta.family, StoreKey.name(name).bytes)
            {
                do throws(DecodingError) { result = try body(pinned.bytes) } catch {
                    failure = error
                }
            }
        } catch { throw StorageError(error) }
        if let failure { throw StorageError(failure, at: "meta/\(name)") }
        return result
    }

    private func write(_ name: StaticString, _ value: borrowing ByteBuffer) throws(StorageError) {
        do throws(RocksDBError) {
            var batch = database.batch()
            batch.put(Keyspace.meta.family, StoreKey.name(name).bytes, value.bytes)
            try database.write(batch)
            try database.flushWAL(sync: true)
        } catch { throw StorageError(error) }
    }
}
