import Basics
import Domain
import RocksDB
import Storage

/// What the leader's clock makes due: reservations that end, ETAs that pass.
///
/// Each becomes an event, written by the leader and by nobody else. After a long downtime the
/// backlog is worked off in portions, so that commands get their turn in between.
final class DueWork {
    /// Moments looked at in one portion.
    static let portion = 500

    private let database: Database
    /// Nothing is due before this time; lets a command pass without looking.
    private var nextTime = Timestamp(milliseconds: 0)

    init(database: Database) { self.database = database }

    /// Looks again at the next call: a moment may have been added.
    func note(_ time: Timestamp) { nextTime = min(nextTime, time) }

    /// Whether something may be due.
    func isDue(_ now: Timestamp) -> Bool { now >= nextTime }

    /// Writes the events of what is due, one portion.
    ///
    /// - Parameter now: the ledger's time.
    /// - Returns: whether there was any.
    func settle(now: Timestamp, transaction: Transaction) throws(StorageError) -> Bool {
        let found = try dueMoments(until: now, after: transaction.writeSet.head.dueTime)
        var done: [StoreKey] = []
        done.reserveCapacity(found.moments.count)
        for moment in found.moments {
            try settle(moment, now: now, transaction)
            done.append(.due(moment))
        }
        if let last = found.moments.last {
            transaction.writeSet.advanceDue(to: last.time, removing: done)
        }
        nextTime = found.next
        return !found.moments.isEmpty
    }

    /// Writes what one trade has due, ahead of its turn in a backlog.
    func settle(trade id: Identifier, now: Timestamp, transaction: Transaction) throws(StorageError)
    {
        transaction.begin(caller: .system, now: now)
        guard let trade = try? transaction.trade(id: id), let end = trade.expires, end <= now
        else { return }
        try settle(DueKey(time: end, kind: .reservation, record: trade.key), now: now, transaction)
    }

    /// Writes what one shipment has due, ahead of its turn in a backlog.
    func settle(
        shipment id: Identifier, now: Timestamp, transaction: Transaction
    ) throws(StorageError) {
        transaction.begin(caller: .system, now: now)
        guard let shipment = try? transaction.shipment(id: id), shipment.eta <= now else { return }
        try settle(
            DueKey(time: shipment.eta, kind: .eta, record: shipment.key), now: now, transaction)
    }

    private func settle(
        _ moment: DueKey, now: Timestamp, _ transaction: Transaction
    ) throws(StorageError) {
        transaction.begin(caller: .system, now: now)
        transaction.beginCommand(nil, requestHash: 0)
        do throws(CommandError) { try settle(moment, transaction) } catch {
            // A record that contradicts its own stock is damage; AUDIT names it. Time goes on.
            transaction.rollback()
        }
        if transaction.hasEvents { try transaction.commit() }
    }

    private func settle(_ moment: DueKey, _ transaction: Transaction) throws(CommandError) {
        switch moment.kind {
        case .reservation:
            guard let trade = try transaction.trade(moment.record), trade.status == .reserved,
                trade.expires == moment.time
            else { return }
            try TradeDecision.expire(trade, transaction)
        case .eta:
            guard let shipment = try transaction.shipment(moment.record),
                shipment.status.isOpen, !shipment.delayed, shipment.eta == moment.time
            else { return }
            ShipmentDecision.markDelayed(shipment, transaction)
        }
    }

    /// The oldest moments up to `now`, and when to look again.
    ///
    /// Moments of the open group are not in the database yet; their time lies ahead, and whoever
    /// writes the group makes the ledger look again.
    private func dueMoments(
        until now: Timestamp, after cursor: Timestamp
    ) throws(StorageError) -> (moments: [DueKey], next: Timestamp) {
        var moments: [DueKey] = []
        let lower = StoreKey.due(
            DueKey(time: cursor, kind: .reservation, record: RecordKey(seq: 0)))
        do throws(RocksDBError) {
            let start = lower.bytes.array
            var iterator = try database.iterator(Keyspace.due.family, lower: start)
            try iterator.seekToFirst()
            while iterator.isValid {
                if let moment = StoreKey.dueKey(iterator.key), moment.record.seq > 0 {
                    if moment.time > now { return (moments, moment.time) }
                    if moments.count == Self.portion { return (moments, moment.time) }
                    moments.append(moment)
                }
                try iterator.next()
            }
        } catch { throw StorageError(error) }
        return (moments, .latest)
    }
}
