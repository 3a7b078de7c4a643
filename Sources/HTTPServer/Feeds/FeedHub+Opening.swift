import Basics
import HTTPCore
import Ledger

/// What the JSON form of the updates asks for.
struct LatestQuery: Equatable {
    let limit: Int
    let station: String?
}

/// How requests become feeds.
extension FeedHub {
    /// The patterns of the routes.
    enum Path {
        static let events = "/api/updates/real-time"
        static let socket = "/api/updates/ws"
    }

    func begin(_ input: RouteInput, sink: any StreamSink) throws(Problem) -> FeedStart {
        if input.route.pattern == Path.socket {
            return try openSocket(input.request, input.caller, sink)
        }
        guard let caller = input.caller else { throw Problem.noAuthentication }
        do throws(CommandError) { return try openEvents(input.request, caller, sink) } catch {
            // Too many feeds is no matter of this request: it may come again.
            throw Problem(error, retrySeconds: error.code == .limit ? Self.retrySeconds : nil)
        }
    }

    private static let retrySeconds = 5

    // MARK: Server-sent events

    /// A stream or, where the client prefers JSON, the latest records.
    func openEvents(
        _ request: HTTPRequest, _ caller: Caller, _ sink: any StreamSink
    ) throws(CommandError) -> FeedStart {
        let asked = try FeedRequest(
            request.target.query, lastEventID: request.field("last-event-id"))
        let wanted = Negotiation.preferred(
            of: ["text/event-stream", "application/json"], in: request.field("accept"))
        if wanted == "application/json" { return .answer(try latestRecords(asked, caller)) }
        if asked.limit != nil {
            throw CommandError(.range, "limit is for the JSON form only")
        }
        let filter = try FeedFilter(
            types: asked.types, stations: asked.stations, names: log.names)
        try checkRoom()
        let place = place(asked.anchor)
        var lead = FeedFrames.ready(cursor: FeedCursor.text(place.position, in: history))
        if let reset = place.reset {
            lead += FeedFrames.reset(reset, first: log.first, head: place.position)
        }
        let stream = FeedStream(
            self, sink, caller: caller, expiry: access.expiry(of: caller), socket: nil,
            lead: lead, now: clock.monotonicNanoseconds())
        register(stream)
        if stream.isOpen {
            subscribe(stream, caller, id: "", filter, .serverSentEvents, at: place.position)
        }
        return .stream(
            stream, contentType: "text/event-stream",
            fields: [
                (name: "Cache-Control", value: "no-store"),
                (name: "X-Accel-Buffering", value: "no"),
            ])
    }

    private func latestRecords(
        _ asked: FeedRequest, _ caller: Caller
    ) throws(CommandError) -> HTTPResponse {
        if !asked.types.isEmpty || asked.stations.count > 1 || asked.anchor != .now {
            throw CommandError(.range, "the JSON form takes limit and one station only")
        }
        guard let latest else { throw CommandError(.err, "there are no records here") }
        let query = LatestQuery(limit: asked.limit ?? 100, station: asked.stations.first)
        return try latest(query, caller)
    }

    // MARK: WebSocket

    private func openSocket(
        _ request: HTTPRequest, _ caller: Caller?, _ sink: any StreamSink
    ) throws(Problem) -> FeedStart {
        let accept = try WebSocketHandshake.accept(request.head)
        if !request.target.query.isEmpty {
            throw Problem(.syntax, "there are no query parameters here")
        }
        // Browsers send cookies with requests of other sites' pages too, and names and passwords
        // that they remember. Programs have no origin.
        let isOfProgram =
            request.head.hasField("authorization") && !request.head.hasField("origin")
        if caller != nil, !isOfProgram, !(origins.isOwn(request.head) ?? false) {
            throw Problem(.noPerm, "a page of another origin may not do this")
        }
        let stream = FeedStream(
            self, sink, caller: caller, expiry: caller.flatMap { access.expiry(of: $0) },
            socket: SocketSession(maximumMessageBytes: limits.feedMessageBytes), lead: [],
            now: clock.monotonicNanoseconds())
        register(stream)
        if caller != nil && stream.isOpen { stream.enqueueHeartbeat() }
        return .webSocket(stream, accept: accept)
    }
}
