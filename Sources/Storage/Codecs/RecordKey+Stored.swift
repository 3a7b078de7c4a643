import Basics
import Domain

extension RecordKey {
    /// Whether `id` is the one that the server would choose, so that it need not be stored.
    @inline(__always)
    func isServerChosen(_ id: Identifier, created: Timestamp) -> Bool {
        id.count == ULID.textBytes && id == serverChosenIdentifier(created: created)
    }
}

extension Timestamp {
    /// The moment `milliseconds` later; wraps, so that no stored number can trap.
    @inline(__always)
    func moved(by milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds &+ milliseconds)
    }
}
