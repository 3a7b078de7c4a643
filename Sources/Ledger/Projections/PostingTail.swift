import Basics
import Domain
import Synchronization

/// The postings and day sums of some consecutive events, complete: never changed again.
final class TailSegment: Sendable {
    /// The first and last event.
    let seqs: ClosedRange<UInt64>
    let entries: [PostingEntry]
    let totals: [DayDelta]

    init(seqs: ClosedRange<UInt64>, entries: [PostingEntry], totals: [DayDelta]) {
        self.seqs = seqs
        self.entries = entries
        self.totals = totals
    }
}

/// The projections of the latest events, in memory: what the sorted runs do not hold yet, and a few
/// runs more for readers whose snapshot is older than the last run.
///
/// Threading: one appender, any number of readers; one short lock. A reader takes the list of
/// segments and walks it without the lock.
final class PostingTail: Sendable {
    /// Events of a complete segment.
    let segmentEvents: Int

    private struct State {
        var segments: [TailSegment] = []
        var first: UInt64 = 0
        var next: UInt64 = 1
        var sealedEnd: UInt64 = 0
        var entries: [PostingEntry] = []
        var totals: [DayDelta] = []
    }

    private let state: Mutex<State>

    /// - Parameter next: the first event that will be appended.
    init(next: UInt64, segmentEvents: Int) {
        self.segmentEvents = segmentEvents
        state = Mutex(State(first: next, next: next))
    }

    /// Forgets all and goes on with `next`.
    func reset(next: UInt64) {
        state.withLock { $0 = State(first: next, next: next) }
    }

    /// The first event that is not here yet.
    var next: UInt64 { state.withLock { $0.next } }

    /// The last event of a complete segment; 0 where none was completed here.
    var sealedEnd: UInt64 { state.withLock { $0.sealedEnd } }

    /// Events of 16 segments, a run.
    var runLength: UInt64 { UInt64(segmentEvents) * 16 }

    /// The number of postings in memory.
    var count: Int {
        state.withLock { state in
            state.segments.reduce(state.entries.count) { $0 + $1.entries.count }
        }
    }

    /// Adds events that follow one another. One that is here already is passed over; one that
    /// leaves a gap ends the call.
    ///
    /// Cost: about 5 ns for each posting.
    /// - Returns: the number of complete segments.
    @discardableResult
    func append(_ events: [Event]) -> Int {
        state.withLock { state in
            // Through a span: an event is large, and a loop over the array would copy each.
            let events = events.span
            for index in events.indices {
                let seq = events[index].seq
                if seq < state.next { continue }
                if seq > state.next { break }
                PostingEntry.forEach(in: events[index]) { state.entries.append($0) }
                DayDelta.forEach(in: events[index]) { state.totals.append($0) }
                state.next = seq + 1
                if state.next - state.first >= UInt64(segmentEvents) {
                    Self.seal(&state, reserving: state.entries.count)
                }
            }
            return state.segments.count
        }
    }

    private static func seal(_ state: inout State, reserving capacity: Int) {
        state.segments.append(
            TailSegment(
                seqs: state.first...state.next - 1, entries: state.entries, totals: state.totals))
        state.sealedEnd = state.next - 1
        state.first = state.next
        state.entries = []
        state.entries.reserveCapacity(capacity)
        state.totals = []
    }

    /// The complete segments behind `indexed`, oldest first.
    func sealed(after indexed: UInt64) -> [TailSegment] {
        state.withLock { state in state.segments.filter { $0.seqs.lowerBound > indexed } }
    }

    /// Everything that is here, oldest first, and where it begins. Cost: a copy of the open part.
    func contents() -> (segments: [TailSegment], first: UInt64, next: UInt64) {
        state.withLock { state in
            let start = state.segments.first?.seqs.lowerBound ?? state.first
            if state.next == state.first { return (state.segments, start, state.next) }
            let open = TailSegment(
                seqs: state.first...state.next - 1, entries: state.entries, totals: state.totals)
            return (state.segments + [open], start, state.next)
        }
    }

    /// Drops the segments that end at or before `seq`.
    func drop(through seq: UInt64) {
        state.withLock { state in
            state.segments.removeAll { $0.seqs.upperBound <= seq }
        }
    }
}
