import Domain
import Storage

/// A portion of the log, for all plugins that have come to the same place: it is read once.
///
/// One thread.
final class EventWindow {
    /// Events that are read at once.
    private static let limit = 256

    var view: ReadView
    private(set) var events: [Event] = []
    /// The log has been read up to here.
    private(set) var reached: UInt64
    private var start: UInt64?

    init(view: ReadView) {
        self.view = view
        reached = 0
    }

    /// Makes `events` those behind `seq`, internal ones left out.
    func read(after seq: UInt64) throws(StorageError) {
        if start == seq && reached > seq { return }
        start = nil
        (events, reached) = try view.events(after: seq, limit: Self.limit)
        start = seq
    }
}
