import Basics
import Connections
import Domain
import EventLoop
import HTTPCore
import Ledger

/// From what a route says to bytes.
extension HTTPConnection {
    /// Bodies that are smaller are not worth compressing.
    private static let compressedBytes = 1_024

    /// Answers with a refusal.
    func answer(_ exchange: Exchange, _ problem: Problem, group: UInt64 = 0) {
        exchange.failure = problem.code
        answer(
            exchange, problem.response(instance: exchange.head.rawPath), group: group,
            isRefusal: true)
    }

    /// Puts the reply to a request into the queue.
    ///
    /// - Parameter group: the group it belongs to; 0 for a reply that waits for nothing.
    func answer(
        _ exchange: Exchange, _ given: HTTPResponse, group: UInt64, isRefusal: Bool = false
    ) {
        if isClosed { return }
        var response = given
        if !isRefusal {
            let isPackable = Self.isPackable(response)
            revalidate(exchange, &response)
            if isPackable { compress(exchange, &response) }
        }
        addFields(exchange, response.contentType, &response.fields)
        if server.isStopping { exchange.closes = true }
        let keepsAlive = !exchange.closes
        ResponseWriter.append(
            response, version: exchange.head.version, isHead: exchange.isHead,
            keepAlive: keepsAlive, date: server.dateText, to: &output.buffer)
        didAppend(group: group)
        if !keepsAlive { closesAfterReply = true }
        account(exchange, status: response.status, bytes: response.body.count)
    }

    /// The fields that every reply has.
    private func addFields(
        _ exchange: Exchange, _ contentType: StaticString?,
        _ fields: inout [(name: StaticString, value: String)]
    ) {
        if !fields.contains(where: { $0.name.isSame("Cache-Control") }) {
            fields.append(("Cache-Control", "no-store"))
        }
        if let contentType, contentType.hasPrefix("text/html") { addPageFields(&fields) }
        addRateFields(exchange, &fields)
        fields.append(("X-Request-Id", exchange.requestID))
        fields.append(("X-Content-Type-Options", "nosniff"))
        addOrigin(exchange, &fields)
    }

    /// What a page may load, where it does not say so itself: only what is this server's.
    private func addPageFields(_ fields: inout [(name: StaticString, value: String)]) {
        if !fields.contains(where: { $0.name.isSame("Content-Security-Policy") }) {
            fields.append(
                (
                    "Content-Security-Policy",
                    "default-src 'self'; base-uri 'none'; form-action 'self'; "
                        + "frame-ancestors 'none'"
                ))
        }
        fields.append(("X-Frame-Options", "DENY"))
        if !fields.contains(where: { $0.name.isSame("Referrer-Policy") }) {
            fields.append(("Referrer-Policy", "no-referrer"))
        }
    }

    // MARK: Conditions

    /// `If-None-Match`: a body that the client has already is not sent again.
    private func revalidate(_ exchange: Exchange, _ response: inout HTTPResponse) {
        let method = exchange.head.method
        guard response.status == 200, method == .get || method == .head,
            let condition = exchange.head.ifNoneMatch,
            let value = response.fields.first(where: { $0.name.isSame("ETag") })?.value,
            case .tags(let tags)? = EntityTagCondition(value), let tag = tags.first,
            condition.matchesWeakly(tag)
        else { return }
        response.status = 304
        response.body = []
        response.contentType = nil
    }

    /// Whether the reply comes as gzip to those who ask for that.
    private static func isPackable(_ response: HTTPResponse) -> Bool {
        guard response.body.count >= compressedBytes, response.status != 206,
            let type = response.contentType, isCompressible(type)
        else { return false }
        return !response.fields.contains { $0.name.isSame("Content-Encoding") }
    }

    /// A 304 says what the whole reply would have said: a cache looks for that one.
    private func compress(_ exchange: Exchange, _ response: inout HTTPResponse) {
        Self.addVary("Accept-Encoding", &response.fields)
        guard Negotiation.acceptsGzip(exchange.head) else { return }
        if response.status != 304 {
            guard let packed = server.scratch.gzip(response.body) else { return }
            response.body = packed
            response.fields.append(("Content-Encoding", "gzip"))
        }
        // The same document in another dress: only weakly the same bytes.
        for index in response.fields.indices where response.fields[index].name.isSame("ETag") {
            let tag = response.fields[index].value
            if !tag.hasPrefix("W/") { response.fields[index].value = "W/" + tag }
        }
    }

    private static func isCompressible(_ type: StaticString) -> Bool {
        type.hasPrefix("text/") || type.hasPrefix("application/") || type.hasPrefix("image/svg")
    }

    private static func addVary(
        _ name: String, _ fields: inout [(name: StaticString, value: String)]
    ) {
        for index in fields.indices where fields[index].name.isSame("Vary") {
            fields[index].value += ", " + name
            return
        }
        fields.append(("Vary", name))
    }

    // MARK: Other origins

    /// Lets pages of the origins that the settings name read the reply.
    private func addOrigin(
        _ exchange: Exchange, _ fields: inout [(name: StaticString, value: String)]
    ) {
        let settings = server.settings
        if settings.corsOrigins.isEmpty && !settings.allowsAnyOrigin { return }
        Self.addVary("Origin", &fields)
        guard let origin = exchange.head.field("origin"), settings.allows(origin) else { return }
        fields.append(("Access-Control-Allow-Origin", settings.allowsAnyOrigin ? "*" : origin))
        fields.append(
            (
                "Access-Control-Expose-Headers",
                "ETag, Entrepot-Seq, Link, Location, RateLimit, RateLimit-Policy, Retry-After, "
                    + "X-Request-Id"
            ))
    }

    /// `OPTIONS`: what can be done at the path, and, for a page of another origin, whether it may.
    func answerOptions(_ exchange: Exchange) {
        if exchange.route != nil || exchange.allow.isEmpty {
            return answer(exchange, Problem.noRoute)
        }
        let allowed = exchange.allow.map(\.rawValue).joined(separator: ", ")
        var response = HTTPResponse(status: 204, fields: [("Allow", allowed)])
        if let origin = exchange.head.field("origin"), server.settings.allows(origin),
            exchange.head.hasField("access-control-request-method")
        {
            response.fields.append(("Access-Control-Allow-Methods", allowed))
            response.fields.append(
                (
                    "Access-Control-Allow-Headers",
                    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
                        + "Last-Event-ID, X-Request-Id"
                ))
            response.fields.append(("Access-Control-Max-Age", "600"))
        }
        answer(exchange, response, group: 0)
    }

    // MARK: Accounting

    private func account(_ exchange: Exchange, status: Int, bytes: Int) {
        let end = server.clock.monotonicNanoseconds()
        let duration = end &- exchange.started
        server.statistics.didAnswer(
            route: exchange.routeIndex, status: status, nanoseconds: duration)
        if let route = exchange.route, route.commandIndex >= 0 {
            server.serving.statistics.commandsProcessed &+= 1
            server.serving.statistics.didRun(
                route.commandIndex, nanoseconds: duration,
                failure: status >= 400 ? exchange.failure ?? .err : nil)
        }
        lastActive = end
        if !server.settings.accessLog { return }
        logRequest(exchange, status: status, bytes: bytes, milliseconds: duration / 1_000_000)
    }

    // MARK: Streams

    func beginStream(
        _ exchange: Exchange, _ handler: any StreamHandler, _ contentType: StaticString,
        _ given: [(name: StaticString, value: String)]
    ) {
        var fields = given
        addFields(exchange, contentType, &fields)
        let isWritten = ResponseWriter.appendHead(
            status: 200, contentType: contentType, fields: fields, length: .untilClose,
            version: exchange.head.version, keepAlive: false, date: server.dateText,
            to: &output.buffer)
        begin(exchange, handler, isWritten: isWritten, status: 200)
    }

    func beginWebSocket(_ exchange: Exchange, _ handler: any StreamHandler, _ accept: String) {
        let isWritten = ResponseWriter.appendSwitch(accept: accept, to: &output.buffer)
        begin(exchange, handler, isWritten: isWritten, status: 101)
    }

    private func begin(
        _ exchange: Exchange, _ handler: any StreamHandler, isWritten: Bool, status: Int
    ) {
        if !isWritten {
            answer(exchange, Problem(.err, "the reply could not be written"))
            handler.didClose()
            return
        }
        didAppend(group: 0)
        account(exchange, status: status, bytes: 0)
        if exchange.isHead {
            closesAfterReply = true
            handler.didClose()
            return
        }
        becomeStream(handler)
    }
}

/// A connection as a feed sees it.
extension HTTPConnection: StreamSink {
    var peer: String { remote.host }

    func send(_ bytes: Span<UInt8>) -> Int? { sendNow(bytes) }

    func finish() {
        if isClosed { return }
        closesAfterReply = true
        server.markDirty(self)
    }

    func abort() {
        if isClosed { return }
        transport.discardUnsent()
        close()
    }
}

extension StaticString {
    func hasPrefix(_ prefix: StaticString) -> Bool {
        withUTF8Buffer { bytes in prefix.withUTF8Buffer { bytes.starts(with: $0) } }
    }

    /// Whether it is the same text.
    func isSame(_ other: StaticString) -> Bool {
        utf8CodeUnitCount == other.utf8CodeUnitCount && hasPrefix(other)
    }
}
