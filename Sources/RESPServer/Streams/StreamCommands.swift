import Basics
import Connections
import Domain
import Ledger
import RESP
import Storage

extension Session {
    func runStream(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .xlen:
            let isEvents = request[1].equals(EventStream.name)
            return .reply(
                .integer(isEvents ? Int64(clamping: try stream().lastSeq) : 0))
        case .xrange: return try range(request, isReversed: false)
        case .xrevrange: return try range(request, isReversed: true)
        case .xread: return try readStream(request)
        case .xinfoStream: return try streamInfo(request)
        case .xinfoGroups:
            try requireEvents(request[2])
            return .reply(
                .array(server.groups.all.map { $0.info(lastSeq: server.ledger.durableSeq) }))
        case .xinfoConsumers:
            try requireEvents(request[2])
            let now = server.clock.wallMilliseconds()
            let group = try server.groups.group(request.text(3)) {
                "No such consumer group '\($0)' for key name 'events'"
            }
            return .reply(.array(group.consumersByAge.map { $0.info(now: now) }))
        case .xadd, .xdel, .xtrim:
            throw CommandError(.noPerm, "the stream events is written by the ledger alone")
        default: throw Self.misplaced(command)
        }
    }

    /// The stream as of the last durable group, or as a transaction has it so far.
    func stream() throws(CommandError) -> EventStream {
        guard let caller = state.caller else { throw Self.noAuthentication }
        return EventStream(view: view, caller: caller, limits: server.limits)
    }

    /// What a read looks at: the last durable group; inside `MULTI` also the writes before it.
    var view: ReadView { transactionView ?? server.ledger.durableView }

    func requireEvents(_ key: Span<UInt8>) throws(CommandError) {
        if !key.equals(EventStream.name) { throw CommandError(.err, "no such key") }
    }

    // MARK: XRANGE

    private func range(
        _ request: borrowing ArgumentVector, isReversed: Bool
    ) throws(CommandError) -> SessionOutcome {
        var count: Int?
        if request.count > 4 {
            if request.count != 6 || !request[4].equalsFolded("COUNT") { throw .syntaxError }
            count = Int(clamping: try request.integer(5))
            if let count, count <= 0 { return .reply(.array([])) }
        }
        let stream = try stream()
        let (lower, upper) = isReversed ? (3, 2) : (2, 3)
        let range = try StreamRange.parse(request[lower], request[upper]) {
            (id) throws(CommandError) in try stream.seq(of: id)
        }
        if !request[1].equals(EventStream.name) { return .reply(.array([])) }
        let found = try stream.entries(range, count: count, isReversed: isReversed)
        return .reply(.array(found.entries))
    }

    // MARK: XREAD

    private func readStream(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        let options = try StreamReadOptions(request, from: 1, limits: server.limits)
        if options.group != nil || options.isWithoutAcknowledgement { throw .syntaxError }
        let stream = try stream()
        let word = request[options.idPosition]
        let after: UInt64
        if case .events(let seq)? = resumed?.reason {
            // `$` means the end as it was when the wait began.
            after = seq
        } else if word.equals("$") {
            after = stream.lastSeq
        } else if word.equals("+") {
            after = stream.lastSeq == 0 ? 0 : stream.lastSeq - 1
        } else if word.equals(">") {
            throw CommandError(
                .err,
                "The > ID can be specified only when calling XREADGROUP using the GROUP <group> "
                    + "<consumer> option.")
        } else {
            guard let id = StreamID(word) else { throw StreamID.malformed }
            after = try stream.seq(of: id)
        }
        var cursor = after
        // Events that the caller may not see are stepped over, a page at a time.
        if request[options.keyPosition].equals(EventStream.name), after < stream.lastSeq {
            let found = try stream.entries(
                StreamRange(first: after + 1, last: .max), count: options.count)
            if !found.entries.isEmpty { return .reply(streamReply(found.entries)) }
            cursor = found.reached
        }
        return wait(options, after: cursor)
    }

    /// Waits for events, or answers that there are none.
    func wait(_ options: StreamReadOptions, after: UInt64) -> SessionOutcome {
        guard let block = options.blockMilliseconds else { return .reply(.nullArray) }
        let now = server.clock.monotonicNanoseconds()
        var deadline = block == 0 ? nil : server.deadline(milliseconds: block)
        if case .events? = resumed?.reason { deadline = resumed?.deadline }
        if let deadline, now >= deadline { return .reply(.nullArray) }
        return .park(.events(after: after), deadline: deadline)
    }

    /// RESP2: pairs of name and entries; RESP3: a map.
    func streamReply(_ entries: [ReplyValue]) -> ReplyValue {
        if case .resp(.two) = state.format {
            return .array([.array([.text("events"), .array(entries)])])
        }
        return .map([("events", .array(entries))])
    }

    // MARK: XINFO

    private func streamInfo(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if request.count > 3 {
            throw CommandError(.syntax, "XINFO STREAM takes the stream alone, without FULL")
        }
        try requireEvents(request[2])
        let stream = try stream()
        let last = stream.lastSeq
        let length = ReplyValue.integer(Int64(clamping: last))
        return .reply(
            .map([
                ("length", length), ("radix-tree-keys", .integer(1)),
                ("radix-tree-nodes", .integer(2)),
                ("last-generated-id", .text(stream.id(of: last))),
                ("max-deleted-entry-id", .text("0-0")), ("entries-added", length),
                ("recorded-first-entry-id", .text(last == 0 ? "0-0" : stream.id(of: 1))),
                ("groups", .integer(Int64(server.groups.all.count))),
                ("first-entry", try stream.entry(1)?.value ?? .null),
                ("last-entry", try stream.entry(last)?.value ?? .null),
            ]))
    }
}

/// The words of `XREAD` and `XREADGROUP` before the id.
struct StreamReadOptions: Equatable {
    var group: String?
    var consumer = ""
    var count: Int?
    var blockMilliseconds: UInt64?
    var isWithoutAcknowledgement = false
    var keyPosition = 0
    var idPosition = 0

    init(
        _ request: borrowing ArgumentVector, from first: Int, limits: Limits
    ) throws(CommandError) {
        var position = first
        while position < request.count {
            let rest = request.count - position - 1
            if request[position].equalsFolded("COUNT"), rest > 0 {
                let asked = try request.integer(position + 1)
                count = asked <= 0 ? nil : Int(clamping: asked)
                position += 2
            } else if request[position].equalsFolded("BLOCK"), rest > 0 {
                guard let asked = request[position + 1].number else {
                    throw CommandError(.err, "timeout is not an integer or out of range")
                }
                if asked < 0 { throw CommandError(.err, "timeout is negative") }
                blockMilliseconds = UInt64(asked)
                position += 2
            } else if request[position].equalsFolded("GROUP"), rest > 1 {
                group = request.text(position + 1)
                consumer = request.text(position + 2)
                position += 3
            } else if request[position].equalsFolded("NOACK") {
                isWithoutAcknowledgement = true
                position += 1
            } else if request[position].equalsFolded("STREAMS"), rest > 0 {
                if rest != 2 {
                    throw CommandError(
                        .err,
                        rest % 2 == 0
                            ? "there is one stream, events"
                            : "Unbalanced 'xread' list of streams: for each stream key an ID or "
                                + "'$' must be specified.")
                }
                keyPosition = position + 1
                idPosition = position + 2
                return
            } else {
                throw .syntaxError
            }
        }
        throw .syntaxError
    }
}
