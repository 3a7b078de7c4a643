import Basics
import Domain

/// Who wants to hear of which types of events.
struct SubscriptionHub {
    private var channels: [String: [Session]] = [:]
    private var patterns: [String: [Session]] = [:]
    /// Subscriptions of all connections together.
    private(set) var count = 0

    var channelCount: Int { channels.count }
    var patternCount: Int { patterns.count }
    var isEmpty: Bool { count == 0 }

    /// - Returns: whether it is new.
    mutating func add(_ session: Session, channel: String) -> Bool {
        if session.state.channels.contains(channel) { return false }
        session.state.channels.append(channel)
        channels[channel, default: []].append(session)
        count += 1
        return true
    }

    mutating func add(_ session: Session, pattern: String) -> Bool {
        if session.state.patterns.contains(pattern) { return false }
        session.state.patterns.append(pattern)
        patterns[pattern, default: []].append(session)
        count += 1
        return true
    }

    mutating func remove(_ session: Session, channel: String) {
        guard let place = session.state.channels.firstIndex(of: channel) else { return }
        session.state.channels.remove(at: place)
        Self.remove(session, from: &channels, channel)
        count -= 1
    }

    mutating func remove(_ session: Session, pattern: String) {
        guard let place = session.state.patterns.firstIndex(of: pattern) else { return }
        session.state.patterns.remove(at: place)
        Self.remove(session, from: &patterns, pattern)
        count -= 1
    }

    mutating func removeAll(_ session: Session) {
        for channel in session.state.channels { remove(session, channel: channel) }
        for pattern in session.state.patterns { remove(session, pattern: pattern) }
    }

    private static func remove(
        _ session: Session, from table: inout [String: [Session]], _ name: String
    ) {
        table[name]?.removeAll { $0 === session }
        if table[name]?.isEmpty == true { table[name] = nil }
    }

    /// Calls `body` once for each subscription that an event's type fits: with the pattern, where
    /// it is one. The pattern `*` leaves operational events out.
    func forEach(_ type: EventType, _ body: (Session, String?) -> Void) {
        let name = "\(type.name)"
        for session in channels[name] ?? [] { body(session, nil) }
        for (pattern, sessions) in patterns {
            if pattern == "*" && type.isOperational { continue }
            if !Glob.matches(name.utf8.span, pattern: pattern.utf8.span) { continue }
            for session in sessions { body(session, pattern) }
        }
    }
}
