import Basics
import Domain
import RocksDB

/// Whether the stored records are what the log left, all of them: the state's digest computed anew,
/// and a log without a gap.
///
/// Cost: a walk over the whole store, about a second for each million trades.
struct WholeProof {
    let database: Database
    let head: LogHead

    /// - Throws: `incomplete` with what does not hold.
    func check() throws(StorageError) {
        var digest = Digest128()
        for keyspace in Keyspace.allCases where keyspace.isInDigest {
            try forEachRow(keyspace) { key, value in
                digest += StateDigest.hash(keyspace, key: key, value: value)
                return nil
            }
        }
        if digest != head.digest {
            throw .incomplete("the records are not those that the log left")
        }
        var expected: UInt64 = 1
        try forEachRow(.events) { key, value in
            guard StoreKey.eventSeq(key) == expected else { return "event \(expected) is missing" }
            if (try? StoredEvent.open(value, seq: expected)) == nil {
                return "event \(expected) is damaged"
            }
            expected += 1
            return nil
        }
        if expected != head.seq &+ 1 { throw .incomplete("event \(expected) is missing") }
    }

    /// - Parameter body: gives the problem that ends the walk, or nil.
    private func forEachRow(
        _ keyspace: Keyspace, _ body: (Span<UInt8>, Span<UInt8>) -> String?
    ) throws(StorageError) {
        var problem: String?
        do throws(RocksDBError) {
            var iterator = try database.fullScan(keyspace.family)
            try iterator.seekToFirst()
            while iterator.isValid, problem == nil {
                problem = body(iterator.key, iterator.value)
                try iterator.next()
            }
        } catch { throw StorageError(error) }
        if let problem { throw .incomplete(problem) }
    }
}
