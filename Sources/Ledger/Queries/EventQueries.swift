package import Basics
import Domain
import JSON
import Storage

/// `EVENT LIST`: the log in pages.
package enum EventQueries {
    private enum Option: String, CaseIterable {
        case types = "TYPES"
        case stations = "STATIONS"
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
        case reversed = "REV"
    }

    private struct Request {
        var filter = EventFilter()
        var from: UInt64 = 1
        var to: UInt64 = .max
        var limit = 100
        var cursor: UInt64?
        var isReversed = false
    }

    /// `EVENT LIST [TYPES a,b] [STATIONS a,b] [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]`: events
    /// that the caller may see. `TYPES` are names or patterns, without it operational events are
    /// left out. A cursor is an event's id; the page begins behind it, `next` is the last event
    /// that was looked at.
    ///
    /// - Throws: `CONFLICT` for a cursor of a history that this server does not know, or behind the
    ///   end of an earlier one.
    package static func list(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, context)
        let view = context.view
        var page = PageWriter(reply, limit: request.limit, context.limits)
        var range = (first: max(1, request.from), end: min(request.to, view.head.seq &+ 1))
        if let seq = request.cursor {
            if request.isReversed {
                range.end = min(range.end, seq)
            } else {
                range.first = max(range.first, seq &+ 1)
            }
        }
        var next: String?
        var examined = 0
        var seq = request.isReversed ? range.end &- 1 : range.first
        var last: UInt64?
        while range.first < range.end, seq >= range.first, seq < range.end {
            let event = try reading { () throws(StorageError) in try view.event(seq) }
            if examined >= context.limits.pageExaminedRows {
                next = last.map { cursor($0, view) }
                break
            }
            if let event, request.filter.allows(event),
                context.caller.maySee(event, names: view.names)
            {
                let mark = reply.body.count
                let before = page
                page.beginItem()
                reply.body.appendJSON(
                    event, history: view.history.history(of: seq), names: view.names)
                if before.isFull || !page.endItem() {
                    reply.body.truncate(to: mark)
                    page = before
                    next = last.map { cursor($0, view) }
                    break
                }
            }
            examined += 1
            last = seq
            seq = request.isReversed ? seq - 1 : seq + 1
        }
        page.finish(next: next, seq: view.head.seq)
    }

    private static func cursor(_ seq: UInt64, _ view: ReadView) -> String {
        view.history.history(of: seq) + ":\(seq)"
    }

    private static func parse(
        _ words: borrowing ArgumentVector, _ context: ReadContext
    ) throws(CommandError) -> Request {
        var cursor = ArgumentCursor(at: 2)
        var request = Request()
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .types:
                request.filter.types = try EventFilter.types(
                    try cursor.text(words, "TYPES", maximumBytes: 4_096))
            case .stations:
                request.filter.stations = try EventFilter.stations(
                    try cursor.text(words, "STATIONS", maximumBytes: 8_192), context)
            case .from:
                request.from = try Timeline.firstSeq(
                    from: try cursor.seqOrTime(words, "FROM"), context)
            case .to:
                request.to = try Timeline.firstSeq(
                    from: try cursor.seqOrTime(words, "TO"), context)
            case .limit: request.limit = try cursor.limit(words, context.limits)
            case .cursor:
                request.cursor = try seq(
                    of: try cursor.text(words, "CURSOR", maximumBytes: 128), context)
            case .reversed: request.isReversed = true
            }
        }
        return request
    }

    /// The seq of a cursor `H:seq`.
    private static func seq(
        of text: String, _ context: ReadContext
    ) throws(CommandError) -> UInt64 {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = UInt64(parts[1]), seq < 1 << 53 else {
            throw CommandError(
                .syntax, "CURSOR \(ValueError.quoted(text.utf8.span)) is not an event's id")
        }
        switch context.view.history.verdict(id: String(parts[0]), seq: seq) {
        case .good: return seq
        case .forked:
            throw CommandError(
                .conflict,
                "CURSOR \(ValueError.quoted(text.utf8.span)) lies behind the end of "
                    + "its history")
        case .unknown:
            throw CommandError(
                .conflict,
                "CURSOR \(ValueError.quoted(text.utf8.span)) is of a history that is unknown here")
        }
    }
}

/// Which events somebody wants.
struct EventFilter {
    /// Names or patterns; empty: all but the operational ones.
    var types: [String] = []
    /// nil: all.
    var stations: Set<StationNumber>?

    func allows(_ event: borrowing Event) -> Bool {
        if types.isEmpty {
            if event.type.isOperational { return false }
        } else {
            let name = "\(event.type.name)"
            let isOperational = event.type.isOperational
            let isWanted = types.contains { pattern in
                !(pattern == "*" && isOperational)
                    && Glob.matches(name.utf8.span, pattern: pattern.utf8.span)
            }
            if !isWanted { return false }
        }
        guard let stations else { return true }
        var isWanted = false
        event.forEachStation { if stations.contains($0) { isWanted = true } }
        return isWanted
    }

    /// - Throws: `SYNTAX` for an empty part, `RANGE` for a pattern that is too long.
    static func types(_ text: String) throws(CommandError) -> [String] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        for part in parts {
            if part.isEmpty {
                throw CommandError(.syntax, "TYPES are names or patterns between commas")
            }
            do throws(ValueError) { try Glob.check(part.utf8.span) } catch {
                throw CommandError(error)
            }
        }
        return parts
    }

    /// - Throws: `SYNTAX` for what is no id, `NOTFOUND` for an unknown station.
    static func stations(
        _ text: String, _ context: ReadContext
    ) throws(CommandError) -> Set<StationNumber> {
        var numbers: Set<StationNumber> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let id = Identifier(String(part)) else {
                throw CommandError(
                    .syntax,
                    "STATIONS are ids between commas, not \(ValueError.quoted(part.utf8.span))")
            }
            numbers.insert(try context.station(id))
        }
        return numbers
    }
}
