import Domain
package import Ledger

/// The part of the log whose trades are replayed: from one place, inclusive, to another, exclusive.
package struct BacktestPeriod: Sendable, Equatable {
    /// nil: the beginning of the log.
    package var from: LogPlace?
    /// nil: the end of the log.
    package var to: LogPlace?

    package init(from: LogPlace? = nil, to: LogPlace? = nil) {
        self.from = from
        self.to = to
    }

    /// Reads a bare integer as a seq, anything else as RFC 3339; nil for another form.
    package static func place(_ text: String) -> LogPlace? {
        if let seq = UInt64(text) { return .seq(seq) }
        return Timestamp(rfc3339: text).map { .time($0) }
    }

    /// Whether the period has begun with an event.
    func hasBegun(_ event: borrowing Event) -> Bool {
        from.map { Self.reaches(event, $0) } ?? true
    }

    /// Whether an event lies behind the period, and with it all that follow.
    func isOver(_ event: borrowing Event) -> Bool {
        to.map { Self.reaches(event, $0) } ?? false
    }

    private static func reaches(_ event: borrowing Event, _ place: LogPlace) -> Bool {
        switch place {
        case .seq(let seq): event.seq >= seq
        case .time(let time): event.time >= time
        }
    }
}
