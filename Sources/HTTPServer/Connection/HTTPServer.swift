package import Connections

/// The HTTP edge: connections, routes and feeds.
///
/// Threading: the thread of its ``ServingLoop``.
package final class HTTPServer {
    /// What it shares with the other edge: the ledger, the log, limits, counters.
    package let serving: ServingLoop

    package init(_ serving: ServingLoop) { self.serving = serving }
}
