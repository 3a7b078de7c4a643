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
        database: Database, head: LogHead, identitySeed: UInt64, hasher: consuming SHA256
    ) {
        group = GroupBatch(
            database: database, head: head, identitySeed: identitySeed, hasher: hasher)
    }

    /// The log after the last appended event.
    package var head: LogHead { group.head }
    /// The longest event; whoever decides keeps below it.
    package static let maximumEventBytes = 256 << 10

    package var isEmpty: Bool { group.isEmpty }

    /// Bytes that the group will write, roughly.
    package var byteCount: Int { group.byteCount }

    // MARK: Reading what is not written yet

    package func pendingTrade(_ key: RecordKey) -> Trade? { group.pendingTrades[key] }

    package func pendingShipment(_ key: RecordKey) -> Shipment? { group.pendingShipments[key] }

    package func pendingIdentity(_ key: StoreKey) -> StoredIdentity? {
        if group.pendingIdentities.isEmpty { return nil }
        return group.pendingIdentities[FastHash.hash128(key.bytes)]
    }

    /// An event of the group.
    package func pendingEvent(_ seq: UInt64) -> Event? {
        guard let first = group.events.first?.seq, seq >= first,
            seq - first < UInt64(group.events.count)
        else { return nil }
        return group.events[Int(seq - first)]
    }

    // MARK: Writing

    /// Adds one transaction: its events get their place in the log, their records go into the
    /// batch, and the digest follows.
    ///
    /// - Parameters:
    ///   - transaction: seqs must continue the log; `first` and `count` are set here.
    ///   - state: already holds the figures after the transaction; its row hashes are updated.
    /// - Throws: what reading an old value or filling the batch throws; final for the process,
    ///   because memory is then ahead of the log.
    package func append(
        _ transaction: consuming [Event], state: MarketState
    ) throws(StorageError) {
        try group.append(transaction, state: state)
    }

    /// Everything due before `time` has been looked at: the moments up to there go.
    package func advanceDue(to time: Timestamp, removing keys: [StoreKey]) {
        group.advanceDue(to: time, removing: keys)
    }

    /// Puts a value of this server's own (consumer groups); not in the log, not in the digest.
    package func putLocal(_ key: StoreKey, _ bytes: Span<UInt8>) { group.putLocal(key, bytes) }

    package func deleteLocal(_ key: StoreKey) { group.deleteLocal(key) }

    /// Writes the group with its markers and hands its bytes to the kernel; not yet durable.
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
