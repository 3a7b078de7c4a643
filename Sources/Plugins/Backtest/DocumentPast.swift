package import Basics
package import Domain

/// The past as exported events tell it: for each trade and shipment it remembers which event
/// changed it last, and reads that event again when it is asked.
///
/// Memory: about 40 bytes a record. A trade's `fulfilment` may lag behind where only a shipment's
/// event changed it. One thread.
package final class DocumentPast: PastRecords {
    /// Reads the event of a seq again; nil where it cannot be found.
    package typealias Read = (UInt64) throws(EventDocumentError) -> ByteBuffer?

    private let read: Read
    private var reader: EventReader?
    private var trades: [UInt64: UInt64] = [:]
    private var shipments: [UInt64: UInt64] = [:]

    /// - Parameter read: gives the JSON of an event.
    package init(read: @escaping Read) { self.read = read }

    /// Says whose events these are, before the first question.
    package func attach(_ reader: EventReader) { self.reader = reader }

    package func took(_ event: borrowing Event) {
        switch event.data {
        case .trade(let change): trades[Self.hash(change.trade.id)] = event.seq
        case .shipment(let change): shipments[Self.hash(change.shipment.id)] = event.seq
        case .ship(_, _, let aboard, _):
            for change in aboard { shipments[Self.hash(change.after.id)] = event.seq }
        default: break
        }
    }

    package func trade(_ id: Identifier, before seq: UInt64) throws(RuleWorldError) -> Trade? {
        guard let place = trades[Self.hash(id)], case .trade(let change)? = try event(place)?.data,
            change.trade.id == id
        else { return nil }
        return change.trade
    }

    package func shipment(
        _ id: Identifier, before seq: UInt64
    ) throws(RuleWorldError) -> Shipment? {
        guard let place = shipments[Self.hash(id)] else { return nil }
        switch try event(place)?.data {
        case .shipment(let change): return change.shipment.id == id ? change.shipment : nil
        case .ship(_, _, let aboard, _): return aboard.first { $0.after.id == id }?.after
        default: return nil
        }
    }

    private func event(_ seq: UInt64) throws(RuleWorldError) -> Event? {
        do throws(EventDocumentError) {
            guard let bytes = try read(seq) else { return nil }
            return try reader?.event(bytes.bytes)
        } catch { throw RuleWorldError(error.message) }
    }

    private static func hash(_ id: Identifier) -> UInt64 { FastHash.hash64(id.bytes) }
}
