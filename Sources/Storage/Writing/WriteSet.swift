import Basics
import Crypto
package import Domain
package import RocksDB

/// The one way to change the store: events and all that they leave behind, gathered in a group and
/// written as one batch.
///
/// `append` takes whole transactions that have been decided and applied in memory; `commitGroup`
/// writes what was appended since. Reads through `pending…` see the group before it is written.
/// Threading: the ledger's thread only.
package final class WriteSet {
    private var group: GroupBatch

    init(
        database: Database, head: LogHead, witnesses: WitnessTable, identitySeed: UInt64,
        hasher: consuming SHA256
    ) {
        group = GroupBatch(
            database: database, head: head, witnesses: witnesses, identitySeed: identitySeed,
            hasher: hasher)
    }

    /// The log after the last appended event.
    package var head: LogHead { group.head }
    /// The longest event; whoever decides keeps below it.
    package static let maximumEventBytes = 256 << 10

    package var isEmpty: Bool { group.isEmpty }

    /// Bytes that the group will write, roughly.
    package var byteCount: Int { group.byteCount }

    /// The earliest moment that the open group makes due; nil: none.
    package var earliestDue: Timestamp? { group.earliestDue }

    // MARK: Reading what is not written yet

    /// A trade as the group leaves it; nil where the group has not touched it.
    package func pendingTrade(_ key: RecordKey) -> Trade? { group.trade(key) }

    /// A shipment as the group leaves it; nil where the group has not touched it.
    package func pendingShipment(_ key: RecordKey) -> Shipment? { group.shipment(key) }

    package func pendingIdentity(_ key: StoreKey) -> StoredIdentity? {
        if group.pendingIdentities.isEmpty { return nil }
        return group.pendingIdentities[FastHash.hash128(key.bytes)]
    }

    /// An event of the group, staged ones included.
    package func pendingEvent(_ seq: UInt64) -> Event? { group.event(seq) }

    // MARK: Writing

    /// The seq that the next staged event must have.
    package var nextSeq: UInt64 { group.nextSeq }

    /// Adds an event to the transaction that is being decided.
    package func stage(_ event: Event) { group.stage(event) }

    /// The events of the transaction that is being decided.
    package var stagedEvents: ArraySlice<Event> { group.events[group.stagedFrom...] }

    package var stagedCount: Int { group.events.count - group.stagedFrom }

    /// Forgets the staged events: their transaction was refused.
    package func dropStaged() { group.dropStaged() }

    /// Ends the transaction: its events get `first` and `count`, their records go into the batch,
    /// and the digest follows.
    ///
    /// - Parameter state: already holds the figures after the transaction; its row hashes are
    ///   updated.
    /// - Throws: what reading an old value or filling the batch throws; final for the process,
    ///   because memory is then ahead of the log.
    package func appendStaged(state: MarketState) throws(StorageError) {
        try group.appendStaged(state: state)
    }

    /// Everything due before `time` has been looked at: the moments up to there go.
    package func advanceDue(to time: Timestamp, removing keys: [StoreKey]) {
        group.advanceDue(to: time, removing: keys)
    }

    /// Puts a value of this server's own (consumer groups); not in the log, not in the digest.
    package func putLocal(_ key: StoreKey, _ bytes: Span<UInt8>) { group.putLocal(key, bytes) }

    package func deleteLocal(_ key: StoreKey) { group.deleteLocal(key) }

    /// Writes the group with its witnesses and hands its bytes to the kernel; not yet durable.
    ///
    /// - Returns: the events of the group and a snapshot that ends with it.
    /// - Throws: any failure is final: what is in memory is not in the store.
    package func commitGroup() throws(StorageError) -> WrittenGroup { try group.commit() }
}

/// A group that the kernel has and the disk may not have yet.
package struct WrittenGroup: Sendable {
    package let head: LogHead
    package let events: [Event]
    package let snapshot: Snapshot
    /// The earliest moment that the group made due.
    package let earliestDue: Timestamp?
}
