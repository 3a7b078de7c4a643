import Basics
package import Domain
package import Storage

/// Trades and shipments as they were at a moment of the log: what a back-test does not keep itself.
///
/// One thread at a time.
package protocol PastRecords: AnyObject {
    /// The trade as the events before `seq` left it; nil where they know none.
    func trade(_ id: Identifier, before seq: UInt64) throws(RuleWorldError) -> Trade?
    /// The shipment as the events before `seq` left it; nil where they know none.
    func shipment(_ id: Identifier, before seq: UInt64) throws(RuleWorldError) -> Shipment?
    /// An event is part of the past from now on.
    func took(_ event: borrowing Event)
}

/// The past as the chains of a store's log tell it.
///
/// Cost of a question: a read for each change of the record since that moment.
package final class StoredPast: PastRecords {
    private let view: ReadView

    package init(_ view: ReadView) { self.view = view }

    package func trade(_ id: Identifier, before seq: UInt64) throws(RuleWorldError) -> Trade? {
        let view = view
        return try read { () throws(StorageError) -> Trade? in
            guard let latest = try view.trade(id: id), latest.key.seq < seq else { return nil }
            var record = latest
            while record.seq >= seq {
                let change = try view.tradeChange(latest.key, at: record.seq)
                guard let previous = change?.previous, previous > 0, previous < record.seq,
                    let before = try view.tradeChange(latest.key, at: previous)
                else { throw Self.broken("trade \(id)", at: record.seq) }
                record = before.after
            }
            return record
        }
    }

    package func shipment(
        _ id: Identifier, before seq: UInt64
    ) throws(RuleWorldError) -> Shipment? {
        let view = view
        return try read { () throws(StorageError) -> Shipment? in
            guard let latest = try view.shipment(id: id), latest.key.seq < seq else { return nil }
            var record = latest
            while record.seq >= seq {
                let change = try view.shipmentChange(latest.key, at: record.seq)
                guard let previous = change?.previous, previous > 0, previous < record.seq,
                    let before = try view.shipmentChange(latest.key, at: previous)
                else { throw Self.broken("shipment \(id)", at: record.seq) }
                record = before.after
            }
            return record
        }
    }

    package func took(_ event: borrowing Event) {}

    private static func broken(_ what: String, at seq: UInt64) -> StorageError {
        .damaged(where: "the history of \(what)", detail: "event \(seq) does not continue it")
    }

    private func read<Record>(
        _ body: () throws(StorageError) -> Record?
    ) throws(RuleWorldError) -> Record? {
        do throws(StorageError) { return try body() } catch { throw RuleWorldError(error.message) }
    }
}
