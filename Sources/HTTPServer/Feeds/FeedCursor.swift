import Storage

/// A place in the log as clients know it: `H:1042`, everything up to event 1042 of history H.
enum FeedCursor {
    /// The cursor of a place in this server's log.
    static func text(_ seq: UInt64, in history: HistoryTable) -> String {
        "\(history.history(of: seq)):\(seq)"
    }
}

/// Where a feed shall begin.
enum FeedAnchor: Equatable, Sendable {
    /// With the next event.
    case now
    /// With the first event that is kept.
    case earliest
    /// Behind an event.
    case after(history: String, seq: UInt64)
    /// Behind something that no server has given out.
    case unknown

    /// Reads `now`, `earliest` or a cursor; anything else is `unknown`.
    init(_ text: String) {
        switch text {
        case "now": self = .now
        case "earliest": self = .earliest
        default:
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, Self.isHistory(parts[0]), parts[1].utf8.count <= 20,
                let seq = UInt64(parts[1]), String(seq) == parts[1]
            else {
                self = .unknown
                return
            }
            self = .after(history: String(parts[0]), seq: seq)
        }
    }

    private static func isHistory(_ text: Substring) -> Bool {
        text.utf8.count == 16
            && text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) }
    }
}

/// Why a feed cannot go on where its client left it.
enum FeedReset: String, Sendable {
    /// Events behind the cursor are no longer kept.
    case pruned
    /// The cursor is of a history that this server does not know, or no cursor at all.
    case unknown
    /// The cursor is of a history that ended before it.
    case forked
}

/// Where a feed begins in this server's log.
struct FeedPlace: Equatable, Sendable {
    /// The last event that the client has; may lie ahead of the log's end.
    let position: UInt64
    /// Set where that is not what the client asked for.
    let reset: FeedReset?

    /// - Parameters:
    ///   - first: the first event that is kept.
    ///   - head: the last event that is on disk.
    init(_ start: FeedAnchor, history: HistoryTable, first: UInt64, head: UInt64) {
        var (position, reset) = (head, nil as FeedReset?)
        switch start {
        case .now: break
        case .earliest: position = first > 0 ? first - 1 : 0
        case .unknown: reset = .unknown
        case .after(let id, let seq):
            switch history.verdict(id: id, seq: seq) {
            case .unknown: reset = .unknown
            case .forked: reset = .forked
            case .good where seq < head && first > 0 && seq < first - 1: reset = .pruned
            case .good: position = seq
            }
        }
        self.position = position
        self.reset = reset
    }
}
