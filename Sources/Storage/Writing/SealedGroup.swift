import Basics
package import Domain
import RocksDB
import Synchronization

/// A group that takes no more: what is to be written, and what it left behind for those who read
/// before that.
///
/// Made on the ledger's thread, written by the thread that waits for the disk. Until the ledger has
/// learned that the group is written it looks here before it asks the database.
package final class SealedGroup: Sendable {
    /// The number under which the ledger knows the group; they ascend.
    package let number: UInt64
    /// The log after the group.
    package let head: LogHead
    /// The transactions of the group, in order.
    package let events: [Event]
    /// The earliest moment that the group made due.
    package let earliestDue: Timestamp?
    let pending: PendingRecords
    let batch: BatchBox

    init(
        number: UInt64, head: LogHead, events: [Event], earliestDue: Timestamp?,
        pending: PendingRecords, batch: BatchBox
    ) {
        self.number = number
        self.head = head
        self.events = events
        self.earliestDue = earliestDue
        self.pending = pending
        self.batch = batch
    }
}

/// Records as a group leaves them, for those who look them up before it is written.
struct PendingRecords: Sendable {
    /// Those that the group changed; what it made new is found in its events.
    var trades: [RecordKey: Trade] = [:]
    var shipments: [RecordKey: Shipment] = [:]
    /// By the hash of their keys.
    var identities: [Digest128: StoredIdentity] = [:]
    /// Hashes of digested values that may change again.
    var hashes: [PendingKey: Digest128] = [:]

    struct PendingKey: Hashable {
        let keyspace: Keyspace
        let hash: Digest128
    }

    init() {}

    /// - Parameter other: a group of about the same size: room is made at once.
    init(roomAs other: PendingRecords) {
        trades.reserveCapacity(other.trades.count)
        shipments.reserveCapacity(other.shipments.count)
        identities.reserveCapacity(other.identities.count)
        hashes.reserveCapacity(other.hashes.count)
    }

    func trade(_ key: RecordKey, events: [Event]) -> Trade? {
        if !trades.isEmpty, let trade = trades[key] { return trade }
        guard case .trade(let change) = Self.event(key.seq, in: events)?.data,
            change.trade.key == key
        else { return nil }
        return change.trade
    }

    func shipment(_ key: RecordKey, events: [Event]) -> Shipment? {
        if !shipments.isEmpty, let shipment = shipments[key] { return shipment }
        guard case .shipment(let change) = Self.event(key.seq, in: events)?.data,
            change.shipment.key == key
        else { return nil }
        return change.shipment
    }

    /// The event of a seq, in events that follow one another.
    static func event(_ seq: UInt64, in events: [Event]) -> Event? {
        guard let first = events.first?.seq, seq >= first, seq - first < UInt64(events.count) else {
            return nil
        }
        return events[Int(seq - first)]
    }
}

/// A write batch that goes from thread to thread; its buffer is used again.
final class BatchBox: Sendable {
    private let batch: Mutex<WriteBatch>

    init(_ database: Database) { batch = Mutex(database.batch()) }

    /// Puts another batch in and takes out what was there.
    func exchange(_ other: inout WriteBatch) {
        batch.withLock { swap(&$0, &other) }
    }

    func clear() { batch.withLock { $0.clear() } }

    func write(to database: Database) throws(RocksDBError) {
        try batch.withLock { (batch) throws(RocksDBError) in try database.write(batch) }
    }
}
