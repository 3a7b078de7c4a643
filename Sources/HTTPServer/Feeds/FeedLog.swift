import Connections
import Domain
import Storage

/// The log as feeds read it.
///
/// Threading: the loop's thread.
protocol FeedLog: AnyObject {
    var names: Names { get }
    var history: HistoryTable { get }
    /// The first event that is kept.
    var first: UInt64 { get }
    /// The last event that is on disk.
    var head: UInt64 { get }

    /// The events of a range, in order.
    ///
    /// - Throws: where the log cannot be read.
    func events(in range: ClosedRange<UInt64>) throws(StorageError) -> [Event]
}

/// The log of this server.
final class LedgerFeedLog: FeedLog {
    private let ledger: LedgerPort

    init(_ ledger: LedgerPort) { self.ledger = ledger }

    var names: Names { ledger.durableView.names }
    var history: HistoryTable { ledger.durableView.history }
    var first: UInt64 { 1 }
    var head: UInt64 { ledger.durableSeq }

    func events(in range: ClosedRange<UInt64>) throws(StorageError) -> [Event] {
        var events: [Event] = []
        try ledger.durableView.forEachEvent(in: range) { events.append($0) }
        return events
    }
}
