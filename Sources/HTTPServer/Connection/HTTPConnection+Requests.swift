import Basics
import Connections
import EventLoop
import HTTPCore
import Ledger

/// From a head to a request that may run.
extension HTTPConnection {
    /// Takes a request whose head is whole.
    func begin(_ head: RequestHead) {
        requestCount &+= 1
        lastActive = now
        let exchange = Exchange(
            serial: requestCount, head: head, requestID: requestID(head),
            peer: ClientAddress.of(head, peer: remote.host, settings: server.settings), started: now
        )
        exchange.closes = !head.isKeepAlive || server.isStopping
        route(exchange)
        switch admit(exchange) {
        case .known: beginBody(exchange)
        case .waits: park(exchange, .logIn)
        }
    }

    /// The client's own name for its request, where it is a good one.
    private func requestID(_ head: RequestHead) -> String {
        if let given = head.field("x-request-id"), (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0 > 32 && $0 < 127 && $0 != 34 && $0 != 92 })
        {
            return given
        }
        return server.makeRequestID()
    }

    /// Answers bytes of which no request can be made; the connection ends with it.
    func refuse(_ refusal: HTTPRefusal) {
        server.statistics.didRefuse(status: refusal.status)
        server.serving.statistics.protocolErrors &+= 1
        server.log.debug(
            "a request was refused",
            ["client": "\(remote)", "status": "\(refusal.status)", "reason": "\(refusal.reason)"])
        var response = HTTPResponse.refusal(refusal)
        response.fields.append(("X-Content-Type-Options", "nosniff"))
        if server.settings.accessLog { logRefusal(refusal, bytes: response.body.count) }
        ResponseWriter.append(
            response, version: .http11, isHead: false, keepAlive: false, date: server.dateText,
            to: &output.buffer)
        didAppend(group: 0)
        closesAfterReply = true
    }

    /// A method that no route has is not done here, whatever it may be elsewhere.
    private func refuseMethod(_ exchange: Exchange) {
        let segments = exchange.target?.segments ?? []
        if case .wrongMethod(let allow) = server.trie.match(.options, segments) {
            exchange.allow = allow
            exchange.refusal = Problem.wrongMethod(exchange.head.methodText, allow: allow)
        } else {
            exchange.refusal = Problem.noRoute
        }
    }

    /// Finds the row of the route table; what is in the way becomes the exchange's refusal.
    private func route(_ exchange: Exchange) {
        let head = exchange.head
        do throws(HTTPRefusal) { exchange.target = try RequestTarget(head) } catch {
            exchange.refusal = Problem(.syntax, error.reason, status: error.status)
            return
        }
        guard let method = head.method else {
            refuseMethod(exchange)
            return
        }
        if head.targetForm == .asterisk {
            exchange.allow = HTTPMethod.allCases
            return
        }
        switch server.trie.match(method, exchange.target?.segments ?? []) {
        case .found(let index, let parameters):
            exchange.routeIndex = index
            exchange.route = server.routes[index]
            exchange.parameters = parameters
        case .wrongMethod(let allow):
            exchange.allow = allow
            if method != .options {
                exchange.refusal = Problem.wrongMethod(method.rawValue, allow: allow)
            }
        case .none: exchange.refusal = Problem.noRoute
        }
    }

    // MARK: Bodies

    /// Begins to receive the body, or runs the request where there is none.
    func beginBody(_ exchange: Exchange) {
        takeRate(exchange)
        let limit = bodyLimit(exchange)
        let head = exchange.head
        refuseCoding(exchange)
        switch head.bodyFraming {
        case .none: return run(exchange, body: [])
        case .length(let length):
            if length > UInt64(limit) {
                return refuse(
                    exchange, Problem(.limit, "the body has \(length) bytes, at most \(limit) do"))
            }
            // A client that asks before it sends gets its refusal for the asking.
            if exchange.refusal != nil && head.expectsContinue {
                exchange.closes = true
                return run(exchange, body: [])
            }
            if length == 0 { return run(exchange, body: []) }
        case .chunked:
            if exchange.refusal != nil && head.expectsContinue {
                exchange.closes = true
                return run(exchange, body: [])
            }
        }
        body = BodyReader(exchange, limit: limit)
        phase = .body
        if head.expectsContinue {
            ResponseWriter.appendContinue(to: &output.buffer)
            didAppend(group: 0)
        }
    }

    /// A body in another coding would be taken for something that it is not.
    private func refuseCoding(_ exchange: Exchange) {
        let head = exchange.head
        guard head.bodyFraming != .none, exchange.refusal == nil,
            let coding = head.field("content-encoding"), coding.lowercased() != "identity"
        else { return }
        var problem = Problem(.syntax, "bodies are taken without a content coding", status: 415)
        problem.fields.append(("Accept-Encoding", "identity"))
        exchange.refusal = problem
    }

    /// Whoever is refused anyway gets no room for megabytes.
    private func bodyLimit(_ exchange: Exchange) -> Int {
        let limit = server.limits.httpBodyBytes
        return exchange.refusal == nil ? limit : min(limit, 64 << 10)
    }

    private func refuse(_ exchange: Exchange, _ problem: Problem) {
        exchange.closes = true
        // The first reason is the one that helps.
        if exchange.refusal == nil { exchange.refusal = problem }
        run(exchange, body: [])
    }

    /// Takes bytes of a body.
    ///
    /// - Returns: how many were taken, at least one.
    func takeBody(_ buffer: borrowing ByteBuffer, from start: Int) -> Int {
        guard let reader = body else {
            // Not reached: the phase is left with the reader.
            phase = .head
            return 0
        }
        do throws(HTTPRefusal) {
            let (consumed, isWhole) = try reader.take(buffer.bytes(in: start..<buffer.count))
            if isWhole {
                body = nil
                phase = .head
                run(reader.exchange, body: reader.bytes.array)
            }
            return consumed
        } catch {
            body = nil
            phase = .head
            refuse(error)
            return buffer.count - start
        }
    }
}
