import Basics
import Domain

/// The write commands of `CHANNEL` that change a channel.
enum ChannelCommands {
    /// `CHANNEL ADD name KIND k [URL u] [SECRET s] [TO addresses|stations] [STATION s] …`
    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try Lookup.newIdentifier(words, &cursor, "channel")
        let state = transaction.state
        let before = state.channels[id]
        if let before, !before.isRemoved { throw CommandError(.exists, "channel \(id) exists") }
        if state.channels.values.count(where: { !$0.isRemoved }) >= Channel.limit {
            throw CommandError(.limit, "there are at most \(Channel.limit) channels")
        }
        try cursor.expectKeyword(words, "KIND")
        let kind = try Choice.of(ChannelKind.self, words, &cursor, "KIND") { $0.name }
        var channel = Channel(
            number: state.nextChannelNumber, id: id, kind: kind, created: transaction.now,
            seq: transaction.nextSeq)
        try ChannelOptions.parse(into: &channel, words, &cursor, transaction)
        try check(channel)
        ChannelDecision.emit(.channelAdded, before: before, &channel, transaction)
        show(channel, transaction, reply)
    }

    /// `CHANNEL SET name …`: any option but `KIND`.
    static func set(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try channel(words, &cursor, transaction)
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "CHANNEL SET needs at least one option")
        }
        var after = before
        try ChannelOptions.parse(into: &after, words, &cursor, transaction)
        try check(after)
        change(.channelChanged, from: before, &after, transaction, reply)
    }

    /// `CHANNEL REMOVE name`: what is queued is not delivered any more.
    static func remove(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try channel(words, &cursor, transaction)
        try cursor.finish(words)
        var after = before
        after.isRemoved = true
        after.secrets = []
        after.routes = []
        change(.channelRemoved, from: before, &after, transaction, reply)
    }

    /// `CHANNEL ROUTE name pattern [STATION s]`
    static func route(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (before, route) = try routed(words, transaction)
        if before.routes.contains(route) {
            throw CommandError(
                .exists, "channel \(before.id) has the route \(route.pattern) already")
        }
        if before.routes.count >= Channel.routeLimit {
            throw CommandError(.limit, "a channel has at most \(Channel.routeLimit) routes")
        }
        var after = before
        after.routes.append(route)
        change(.channelChanged, from: before, &after, transaction, reply)
    }

    /// `CHANNEL UNROUTE name pattern [STATION s]`
    static func unroute(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (before, route) = try routed(words, transaction)
        var after = before
        after.routes.removeAll { $0 == route }
        if after.routes.count == before.routes.count {
            throw CommandError(
                .notFound, "channel \(before.id) has no such route as \(route.pattern)")
        }
        change(.channelChanged, from: before, &after, transaction, reply)
    }

    private enum RouteOption: String, CaseIterable { case station = "STATION" }

    /// The channel and the route of a request; both must be the caller's.
    private static func routed(
        _ words: borrowing ArgumentVector, _ transaction: Transaction
    ) throws(CommandError) -> (Channel, Channel.Route) {
        var cursor = ArgumentCursor(at: 2)
        let channel = try channel(words, &cursor, transaction)
        let pattern = try pattern(words, &cursor)
        var station: StationNumber?
        while let option = try cursor.option(words, of: RouteOption.self) {
            switch option {
            case .station:
                station = try Lookup.station(words, &cursor, "STATION", transaction)
            }
        }
        if channel.station != nil { try PluginScope.require(channel.station, transaction) }
        if transaction.caller.stations != nil || station != nil {
            try PluginScope.require(station, transaction)
        }
        if let owner = channel.station, station != owner {
            throw CommandError(
                .range,
                "channel \(channel.id) belongs to \(transaction.names.station(owner)): "
                    + "its routes name that STATION")
        }
        return (channel, Channel.Route(pattern: pattern, station: station))
    }

    /// A pattern of event types that fits one at least. `notice.*` is never routed: it would go
    /// round in circles; nor is what only administrators see.
    private static func pattern(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> String {
        let text = try cursor.text(words, "pattern", maximumBytes: 64)
        do throws(ValueError) { try Glob.check(text.utf8.span) } catch {
            throw CommandError(error)
        }
        for type in EventType.allCases
        where !type.isInternal && !type.isForAdmins && type != .noticeLogged {
            if Glob.matches("\(type.name)".utf8.span, pattern: text.utf8.span) { return text }
        }
        throw CommandError(
            .syntax, "pattern \(ValueError.quoted(text.utf8.span)) fits no type of event")
    }

    // MARK: Small parts

    static func channel(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Channel {
        let id = try cursor.identifier(words, "channel")
        guard let channel = transaction.state.channel(id) else {
            throw .notFound("channel", id.text)
        }
        return channel
    }

    private static func change(
        _ type: EventType, from before: Channel, _ after: inout Channel,
        _ transaction: Transaction, _ reply: Reply
    ) {
        ChannelDecision.emit(type, before: before, &after, transaction)
        show(after, transaction, reply)
    }

    private static func show(_ channel: Channel, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(channel, names: transaction.names)
    }

    /// Whether a channel of its kind can deliver.
    private static func check(_ channel: Channel) throws(CommandError) {
        switch channel.kind {
        case .webhook:
            if channel.url == nil {
                throw CommandError(.syntax, "a webhook needs URL")
            }
            if channel.recipients != .none {
                throw CommandError(.syntax, "TO is for channels of the kind mail")
            }
        case .mail:
            if channel.recipients == .none {
                throw CommandError(.syntax, "a mail channel needs TO addresses|stations")
            }
            if channel.url != nil || !channel.secrets.isEmpty {
                throw CommandError(.syntax, "URL and SECRET are for channels of the kind webhook")
            }
        case .log:
            if channel.url != nil || !channel.secrets.isEmpty || channel.recipients != .none {
                throw CommandError(
                    .syntax, "URL, SECRET and TO are not for channels of the kind log")
            }
        }
        if channel.digestMilliseconds != nil && channel.kind != .mail {
            throw CommandError(.syntax, "DIGEST is for channels of the kind mail")
        }
    }
}
