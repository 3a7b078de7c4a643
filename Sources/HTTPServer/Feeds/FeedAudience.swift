import Basics
import Domain
import Ledger

/// Subscribers that get exactly the same bytes: the same filter, the same rights, the same framing.
/// What is for them is decided, rendered and framed once.
final class FeedAudience {
    /// What makes subscribers an audience. Whether somebody may see an event depends on nothing
    /// else of a caller than its role and stations.
    struct Key: Hashable {
        let filter: FeedFilter
        let framing: FeedFraming
        let role: Role
        let stations: Set<Identifier>?

        init(_ filter: FeedFilter, _ framing: FeedFraming, _ caller: Caller) {
            self.filter = filter
            self.framing = framing
            role = caller.role
            stations = caller.stations
        }
    }

    let key: Key
    /// One of them.
    let caller: Caller
    /// The last chunk of their stream; empty at first.
    private(set) var last = FeedChunk([], start: 0)
    /// Those who have got everything up to the present, so that the next events go to them.
    private(set) var members: [FeedSubscription] = []
    /// Subscriptions that refer to it, those that are still behind among them.
    var users = 0

    init(_ key: Key, _ caller: Caller) {
        self.key = key
        self.caller = caller
    }

    /// Appends what is for them of `batch`.
    ///
    /// - Returns: how many events that were; 0: nothing was appended.
    func take(_ batch: FeedBatch) -> Int {
        var buffer = ByteBuffer(capacity: 1_024)
        let count = batch.append(key.framing, key.filter, caller, to: &buffer)
        if count > 0 { last = last.append(buffer.array) }
        return count
    }

    /// The frames of `batch` for one that is still behind.
    func frames(_ batch: FeedBatch) -> (bytes: [UInt8], count: Int) {
        var buffer = ByteBuffer(capacity: 4_096)
        let count = batch.append(key.framing, key.filter, caller, to: &buffer)
        return (buffer.array, count)
    }

    func join(_ subscription: FeedSubscription) {
        subscription.place = members.count
        members.append(subscription)
    }

    func leave(_ subscription: FeedSubscription) {
        guard let place = subscription.place, place < members.count else { return }
        subscription.place = nil
        let moved = members.removeLast()
        if moved !== subscription {
            members[place] = moved
            moved.place = place
        }
    }
}
