import Basics
import Domain
import RocksDB
import Storage

/// Gives the transactions of a log, one after the other, as far as each is proven by the chain.
///
/// Threading: one thread.
final class WholeLog {
    private let database: Database
    private var iterator: KeyIterator
    private var walk: ChainWalk
    private var expected: UInt64 = 1
    private var time = Timestamp(milliseconds: 0)
    private var isAtEnd = false
    /// The chain hash of the last event that was given out.
    private(set) var chain = Digest128()
    /// Why no more is given; nil at the end of the log.
    private(set) var reason: String?
    /// Readable events behind the last one given out; known at the end.
    private(set) var unproven = 0
    /// The last event of all; known at the end.
    private(set) var last: UInt64 = 0

    init(_ database: Database) throws(StorageError) {
        self.database = database
        walk = try ChainWalk()
        iterator = try Self.iterator(database)
        do throws(RocksDBError) {
            // From the first event on.
            let start = StoreKey.event(1)
            try iterator.seek(start.bytes)
        } catch { reason = error.message }
    }

    private static func iterator(_ database: Database) throws(StorageError) -> KeyIterator {
        do throws(RocksDBError) {
            return try database.fullScan(Keyspace.events.family)
        } catch { throw StorageError(error) }
    }

    /// The next whole transaction; nil where there is none.
    func next() throws(StorageError) -> [Event]? {
        if isAtEnd { return nil }
        var events: [Event] = []
        while true {
            guard let event = try nextEvent() else { break }
            if event.first != events.first?.seq ?? event.seq || event.count == 0
                || event.count != events.first?.count ?? event.count
            {
                reason = "event \(event.seq) does not fit its transaction"
                break
            }
            events.append(event)
            if events.count == Int(event.count) {
                chain = walk.chain
                return events
            }
        }
        if !events.isEmpty && reason == nil {
            reason = "the transaction from event \(events[0].seq) on is cut off"
        }
        isAtEnd = true
        lookBehind(given: events.first?.seq ?? expected)
        return nil
    }

    private func nextEvent() throws(StorageError) -> Event? {
        if !iterator.isValid { return nil }
        guard let seq = StoreKey.eventSeq(iterator.key), seq == expected else {
            reason = "event \(expected) is missing"
            return nil
        }
        let event: Event
        let value = iterator.value.array
        do throws(DecodingError) {
            let opened = try StoredEvent.open(value.span, seq: seq)
            let computed = try? walk.advance(opened.body, seq: seq)
            if computed != opened.chain { throw .malformed("its chain hash is wrong") }
            event = try EventCodec.decode(opened.body, seq: seq)
            if event.time < time { throw .malformed("its time is before the last one's") }
        } catch {
            reason = StorageError(error, at: "event \(seq)").message
            return nil
        }
        expected += 1
        time = event.time
        do throws(RocksDBError) { try iterator.next() } catch {
            // What was read so far is whole; the end comes at the next call.
            reason = "the log cannot be read behind event \(seq): \(error.message)"
        }
        return event
    }

    /// Counts what lies behind the end.
    private func lookBehind(given: UInt64) {
        do throws(RocksDBError) {
            let start = StoreKey.event(given)
            var rest = try database.fullScan(Keyspace.events.family)
            try rest.seek(start.bytes)
            while rest.isValid {
                if let seq = StoreKey.eventSeq(rest.key) {
                    last = max(last, seq)
                    if (try? StoredEvent.open(rest.value, seq: seq).chain) != nil { unproven += 1 }
                }
                try rest.next()
            }
        } catch {
            // The damage that ended the walk is met again.
            reason = reason ?? error.message
        }
    }
}
