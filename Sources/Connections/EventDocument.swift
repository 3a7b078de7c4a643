import Basics
package import Domain
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
