import Basics
import Crypto
package import Domain
import RocksDB

/// The one way to change the store: events and all that they leave behind, gathered in a group and
/// written as one batch.
///
/// `append` takes whole transactions that have been decided and applied in memory; `seal` ends the
/// group of what was appended since, for another thread to write. Reads through `pending…` see the
/// open group and the sealed ones, until `retire` says that they are in the database.
/// Threading: the ledger's thread only.
package final class WriteSet {
    private var group: GroupBatch
    private let database: Database

    init(
        database: Database, head: LogHead, witnesses: WitnessTable, identitySeed: UInt64,
        hasher: consuming SHA256
    ) {
        self.database = database
        group = GroupBatch(
            database: database, head: head, witnesses: witnesses, identitySeed: identitySeed,
            hasher: hasher)
    }

    /// The log after the last appended event.
    package var head: LogHead { group.head }
    /// The longest event; whoever decides keeps below it.
    package static var maximumEventBytes: Int { Limits.eventBytes }

    package var isEmpty: Bool { group.isEmpty }

    /// Bytes that the group will write, roughly.
    package var byteCount: Int { group.byteCount }

    /// The earliest moment that the open group makes due; nil: none.
    package var earliestDue: Timestamp? { group.earliestDue }

    // MARK: Reading what is not written yet

    /// A trade as the groups leave it; nil where none of them has touched it.
    package func pendingTrade(_ key: RecordKey) -> Trade? { group.trade(key) }

    /// A shipment as the groups leave it; nil where none of them has touched it.
    package func pendingShipment(_ key: RecordKey) -> Shipment? { group.shipment(key) }

    package func pendingIdentity(_ key: StoreKey) -> StoredIdentity? { group.identity(key) }

    /// An event of the groups, staged ones included.
    package func pendingEvent(_ seq: UInt64) -> Event? { group.event(seq) }

    // MARK: Writing

    /// The seq that the next staged event must have.
    package var nextSeq: UInt64 { group.nextSeq }

    /// Adds an event to the transaction that is being decided.
    package func stage(_ event: consuming Event) { group.stage(event) }

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

    /// Ends the group and opens the next. It must be written, in order, and then retired.
    ///
    /// - Parameter number: more than that of the group before.
    package func seal(as number: UInt64) -> SealedGroup { group.seal(as: number) }

    /// Lets go of sealed groups.
    ///
    /// - Parameter number: groups up to it are in the database.
    package func retire(through number: UInt64) { group.retire(through: number) }

    /// Writes the group at once and hands its bytes to the kernel; not yet durable. For those who
    /// have no sync thread.
    ///
    /// - Returns: the log after the group.
    /// - Throws: any failure is final: what is in memory is not in the store.
    @discardableResult
    package func commitGroup() throws(StorageError) -> LogHead {
        if group.hasSealed { throw .invariant("a group would pass the sealed ones") }
        let sealed = group.seal(as: 0)
        do throws(RocksDBError) {
            try sealed.batch.write(to: database)
            try database.flushWAL(sync: false)
        } catch { throw StorageError(error) }
        group.retire(through: 0)
        return sealed.head
    }
}
