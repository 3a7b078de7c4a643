import Basics
import RocksDB

/// What a start must find before it serves: the log ends where the head says, every family stands
/// at its marker, and nothing lies before the high-water mark.
///
/// Cheap by design (a few reads); `entrepot verify` walks everything.
struct StartupProof {
    let database: Database
    let head: LogHead
    let history: HistoryTable

    /// - Parameter mark: what was certainly on disk; nil where there is no mark file.
    /// - Throws: `incomplete` with what is missing and what to do.
    func check(_ mark: HighWaterMark.Value?) throws(StorageError) {
        if let mark {
            if mark.seq > head.seq {
                throw refusal(
                    "events \(head.seq + 1) to \(mark.seq) were on disk and are gone")
            }
            if mark.seq > 0, try chain(of: mark.seq) != mark.chain {
                throw refusal("event \(mark.seq) is not the one that was on disk")
            }
        }
        try checkTail()
        for keyspace in Keyspace.allCases where keyspace.hasMarker {
            try checkMarker(of: keyspace)
        }
    }

    private func checkTail() throws(StorageError) {
        if head.seq > 0, try chain(of: head.seq) != head.chain {
            throw refusal("event \(head.seq), the last one, does not fit the head")
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
            if error.kind == .corruption { throw refusal(error.message) }
            throw StorageError(error)
        }
    }

    private func checkMarker(of keyspace: Keyspace) throws(StorageError) {
        let expected = head.markers[keyspace.rawValue]
        var found: UInt64 = 0
        do throws(RocksDBError) {
            if let pinned = try database.value(
                keyspace.family, StoreKey.marker(keyspace).bytes)
            {
                var reader = ByteReader(pinned.bytes)
                found = (try? reader.bigEndian(UInt64.self)) ?? 0
            }
        } catch { throw StorageError(error) }
        if found != expected {
            throw refusal(
                "family \(keyspace.name) stands at event \(found), the head says \(expected)")
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

    private func refusal(_ detail: String) -> StorageError {
        .incomplete(
            "the store is not complete: \(detail). It will not serve; `entrepot verify` tells "
                + "what is whole, `entrepot salvage` copies it to a new directory")
    }
}
