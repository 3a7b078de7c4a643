import Basics
package import Domain
package import Ledger
package import Storage

/// An event as subscribers get it, on whichever edge.
package enum EventDocument {
    /// The event as JSON. Render it once for all who get it.
    ///
    /// - Parameter view: one that holds the event.
    package static func render(_ event: Event, _ view: ReadView) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 1_024)
        buffer.appendJSON(
            event, history: view.history.history(of: event.seq), names: view.names)
        return buffer.array
    }
}

extension Caller {
    /// Whether an event concerns one of the caller's stations. Events of the catalog concern all,
    /// internal ones nobody.
    package func maySee(_ event: Event, names: Names) -> Bool {
        if event.type.isInternal { return false }
        guard let stations else { return true }
        switch event.data {
        case .trade, .shipment, .inventory, .plugin, .channel, .notices: break
        case .station, .item, .ship, .currency, .rate: return true
        case .system: return role == .admin
        }
        var isSeen = false
        event.forEachStation { station in
            if stations.contains(names.station(station)) { isSeen = true }
        }
        return isSeen
    }
}
