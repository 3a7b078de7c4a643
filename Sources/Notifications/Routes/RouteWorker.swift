package import Domain

/// The log and the outbox as the plain routes see them. All threads.
package protocol RouteLog: Sendable {
    /// Durable events behind `seq`, internal ones left out.
    ///
    /// - Returns: the events of the next portion, and the seq up to which the log was read; `seq`
    ///   itself where there is nothing.
    func events(after seq: UInt64) -> (events: [Event], reached: UInt64)
    /// Puts notices into the outbox and moves the cursor of the plain routes, both or neither.
    ///
    /// - Parameters:
    ///   - notices: without their places and ids, which the ledger gives.
    ///   - cursor: events up to here are done.
    ///   - complete: called once, on any thread: whether it was taken.
    func queue(
        _ notices: [RoutedNotice], cursor: UInt64, complete: @escaping @Sendable (Bool) -> Void)
}

/// What a plain route makes of an event.
package struct RoutedNotice: Sendable {
    package let channel: Identifier
    package let event: Event
}

/// Turns events into notices by the plain routes, step by step, without its thread.
///
/// Every event is judged by the routes as they were when it happened: changes of channels are taken
/// from the log itself, in their turn. With the cursor that moves in one transaction with the
/// notices, each event gives each notice once, whatever happens to the server in between.
package final class RouteWorker {
    /// A cursor without notices is kept after so many events.
    private static let cursorStride: UInt64 = 4_096

    /// Notices after which a portion ends, behind those of one event.
    private static let portionLimit = 256

    /// What is to be handed to the ledger.
    package struct Portion: Sendable {
        package let notices: [RoutedNotice]
        package let cursor: UInt64
    }

    private let log: any RouteLog
    private var channels: [UInt32: Channel]
    private var table: RouteTable
    /// Events up to here are done.
    package private(set) var cursor: UInt64
    /// The cursor as the store has it.
    private var keptCursor: UInt64
    /// Whether the store has a cursor: without routes there never was one.
    private var isKept: Bool

    /// - Parameters:
    ///   - cursor: where to begin.
    ///   - isKept: whether that is what the store has; without any it need not have one.
    ///   - channels: as they are at `head`; the log between `cursor` and it is read to find how
    ///     they were.
    package init(
        log: any RouteLog, cursor: UInt64, isKept: Bool, channels: [Channel], head: UInt64
    ) {
        self.log = log
        self.cursor = cursor
        keptCursor = cursor
        self.isKept = isKept
        var known = Dictionary(channels.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        var reverted: Set<UInt32> = []
        var seq = cursor
        while seq < head {
            let (events, reached) = log.events(after: seq)
            if reached == seq { break }
            for event in events where event.seq <= head {
                guard case .channel(let change) = event.data else { continue }
                let number = change.channel.number
                if reverted.insert(number).inserted {
                    // A name that comes again is another channel.
                    known[number] = change.before.flatMap { $0.number == number ? $0 : nil }
                }
            }
            seq = reached
        }
        self.channels = known
        table = RouteTable(Array(known.values))
    }

    /// No route wanted any event of a range, and none of them changed a channel: it need not be
    /// read, where the cursor is within it.
    package func skip(_ range: ClosedRange<UInt64>) {
        if range.contains(cursor) { cursor = range.upperBound }
    }

    /// The cursor alone, where it has moved far since it was kept; nil: it has not, or there are no
    /// routes for which it would matter.
    package var overdue: Portion? {
        !table.isEmpty && cursor - keptCursor >= Self.cursorStride
            ? Portion(notices: [], cursor: cursor) : nil
    }

    /// Judges the next events.
    ///
    /// - Returns: what to hand to the ledger; nil: nothing.
    package func step() -> (portion: Portion?, isAtEnd: Bool) {
        let (events, reached) = log.events(after: cursor)
        if reached == cursor { return (nil, true) }
        var notices: [RoutedNotice] = []
        var hasChange = false
        cursor = reached
        for event in events {
            if notices.count >= Self.portionLimit {
                cursor = event.seq - 1
                break
            }
            if table.wants(event.type) {
                for target in table.targets(of: event) {
                    notices.append(RoutedNotice(channel: target.channel, event: event))
                }
            }
            // An event about a channel is judged by the routes before it.
            if case .channel(let change) = event.data {
                channels[change.channel.number] = change.channel
                table = RouteTable(Array(channels.values))
                hasChange = true
            }
        }
        if notices.isEmpty && !hasChange && overdue == nil { return (nil, false) }
        return (Portion(notices: notices, cursor: cursor), false)
    }

    /// The ledger took a portion.
    package func kept(_ portion: Portion) {
        keptCursor = max(keptCursor, portion.cursor)
        isKept = true
    }

    /// What a clean stop has to keep; nil: nothing.
    package var last: Portion? {
        cursor > keptCursor && isKept ? Portion(notices: [], cursor: cursor) : nil
    }
}
