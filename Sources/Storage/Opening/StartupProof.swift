import Basics
import RocksDB

/// What a start must find before it serves: the log ends where the head says, every family has
/// the last row put there, and nothing lies before the high-water mark.
///
/// Cheap by design (a few reads); `entrepot verify` walks everything.
struct StartupProof {
    let database: Database
    let head: LogHead
    let history: HistoryTable

    /// - Parameter mark: what was certainly on disk.
    /// - Throws: `incomplete` with what is missing and what to do.
    func check(_ mark: HighWaterMark.Value) throws(StorageError) {
        if mark.seq > head.seq {
            throw Self.refusal("events \(head.seq + 1) to \(mark.seq) were on disk and are gone")
        }
        if mark.seq > 0, try chain(of: mark.seq) != mark.chain {
            throw Self.refusal("event \(mark.seq) is not the one that was on disk")
        }
        if mark.epoch > UInt64(history.epoch) {
            throw Self.refusal("epoch \(mark.epoch) was on disk and its history is gone")
        }
        try checkTail()
        guard let witnesses = try MetaRecords(database: database).witnesses() else {
            throw Self.refusal("the table of witnesses is gone")
        }
        for keyspace in Keyspace.allCases where keyspace.hasWitness {
            if let problem = try witnesses.problem(keyspace, in: database) {
                throw Self.refusal(problem)
            }
        }
    }

    /// A store without a head is a new one only if there is no event either.
    static func checkEmpty(
        _ database: Database, _ mark: HighWaterMark.Value
    ) throws(StorageError) {
        if mark.seq > 0 {
            throw Self.refusal("event \(mark.seq) was on disk, and the head is gone")
        }
        var hasEvents = false
        do throws(RocksDBError) {
            var iterator = try database.iterator(Keyspace.events.family)
            hasEvents = try iterator.seekToLast()
        } catch { throw StorageError(error) }
        if hasEvents { throw Self.refusal("there are events, and the head is gone") }
    }

    private func checkTail() throws(StorageError) {
        if head.seq > 0, try chain(of: head.seq) != head.chain {
            throw Self.refusal("event \(head.seq), the last one, does not fit the head")
        }
        do throws(RocksDBError) {
            var iterator = try database.iterator(Keyspace.events.family)
            try iterator.seekToLast()
            let last = iterator.isValid ? StoreKey.eventSeq(iterator.key) ?? 0 : 0
            if last != head.seq {
                throw RocksDBError(
                    .corruption, "the log ends with event \(last), the head says \(head.seq)")
            }
        } catch {
            if error.kind == .corruption { throw Self.refusal(error.message) }
            throw StorageError(error)
        }
    }

    /// The chain hash of an event; nil where the event is missing or damaged.
    private func chain(of seq: UInt64) throws(StorageError) -> Digest128? {
        do throws(RocksDBError) {
            guard
                let pinned = try database.value(
                    Keyspace.events.family, StoreKey.event(seq).bytes)
            else { return nil }
            do throws(DecodingError) {
                return try StoredEvent.open(pinned.bytes, seq: seq).chain
            } catch { return nil }
        } catch { throw StorageError(error) }
    }

    private static func refusal(_ detail: String) -> StorageError {
        .incomplete(
            "the store is not complete: \(detail). It will not serve; `entrepot verify` tells "
                + "what is whole, `entrepot salvage` copies it to a new directory")
    }
}
