import Basics
import Connections
import EventLoop
import HTTPCore
import Ledger

/// From a request to its reply.
extension HTTPConnection {
    /// Runs a request whose body is whole, to its reply or to what it waits for.
    func run(_ exchange: Exchange, body: [UInt8]) {
        if let refusal = exchange.refusal { return answer(exchange, refusal) }
        if exchange.head.method == .options { return answerOptions(exchange) }
        guard let route = exchange.route, let target = exchange.target else {
            return answer(exchange, Problem.noRoute)
        }
        if case .command = route.handler, let accept = exchange.head.field("accept"),
            !Negotiation.accepts("application/json", in: accept)
        {
            return answer(
                exchange, Problem(.syntax, "what there is here is application/json", status: 406))
        }
        let request = HTTPRequest(
            head: exchange.head, target: target, body: body, peer: exchange.peer)
        do throws(Problem) {
            try recheckCaller(exchange)
            exchange.input = try server.runner.prepare(
                route, request, parameters: exchange.parameters, caller: exchange.caller)
        } catch { return answer(exchange, error) }
        perform(exchange)
    }

    /// Runs a request whose input is there; again when what it waited for is over.
    private func perform(_ exchange: Exchange) {
        guard let route = exchange.route else { return answer(exchange, Problem.noRoute) }
        do throws(Problem) {
            try recheckCaller(exchange)
            guard let input = exchange.input else { throw Problem.noRoute }
            switch route.handler {
            case .command(let call):
                do throws(Problem) { try run(call, input, exchange) } catch {
                    // That of a write may tell of what is not on disk yet.
                    let isFree = route.isRead && !output.isHolding
                    var problem = error
                    if route.tellsSeq {
                        let seq = isFree ? server.ledger.durableSeq : server.ledger.writtenSeq
                        problem.fields.append(("Entrepot-Seq", "\(seq)"))
                    }
                    answer(exchange, problem, group: isFree ? 0 : server.ledger.openGroup)
                }
            case .local(let handle):
                var response = try handle(input, server)
                if route.tellsSeq {
                    response.fields.append(("Entrepot-Seq", "\(server.ledger.durableSeq)"))
                }
                answer(exchange, response, group: presentGroup)
            case .deferred(let handle):
                let (mailbox, id, serial) = (server.mailbox, id, exchange.serial)
                park(exchange, .worker)
                try handle(input, server) { response in
                    mailbox.add(
                        Delivery(connection: id, exchange: serial, content: .response(response)))
                }
            case .feed: try beginFeed(input, exchange)
            }
        } catch {
            unpark()
            answer(exchange, error)
        }
    }

    /// The group of a reply that may tell of anything that was decided.
    private var presentGroup: UInt64 {
        server.ledger.hasUndurable ? server.ledger.openGroup : 0
    }

    private func beginFeed(_ input: RouteInput, _ exchange: Exchange) throws(Problem) {
        guard let feeds = server.feeds else {
            throw Problem(.busy, "there are no feeds on this server")
        }
        switch try feeds.begin(input, sink: self) {
        case .answer(let response): answer(exchange, response, group: presentGroup)
        case .stream(let handler, let contentType, let fields):
            beginStream(exchange, handler, contentType, fields)
        case .webSocket(let handler, let accept): beginWebSocket(exchange, handler, accept)
        }
    }

    // MARK: Commands

    private func run(
        _ call: CommandCall, _ input: RouteInput, _ exchange: Exchange
    ) throws(Problem) {
        let outcome = try server.runner.run(
            input, call, isBehindWrites: output.isHolding, isLate: exchange.isLate,
            isChecked: exchange.isChecked)
        switch outcome {
        case .response(let response, let group): answer(exchange, response, group: group)
        case .waitForSeq(let seq):
            park(exchange, .seq(seq), milliseconds: RouteRunner.afterMilliseconds)
        case .waitForDurable: park(exchange, .durable)
        case .feature(let spec, let words):
            // What this connection has written before is durable when the feature looks.
            if output.isHolding { return park(exchange, .durable) }
            guard let caller = input.caller else { throw Problem.noAuthentication }
            try beginFeature(spec, words, caller, exchange)
        }
    }

    private func beginFeature(
        _ spec: CommandSpec, _ words: [[UInt8]], _ caller: Caller, _ exchange: Exchange
    ) throws(Problem) {
        guard let features = server.serving.features else { throw Problem(CommandError.noRules) }
        let (mailbox, id, serial) = (server.mailbox, id, exchange.serial)
        park(exchange, .worker)
        features.run(spec, words, caller: caller) { result in
            mailbox.add(Delivery(connection: id, exchange: serial, content: .feature(result)))
        }
    }

    private func finish(_ exchange: Exchange, _ result: FeatureResult) {
        guard let input = exchange.input else { return answer(exchange, Problem.noRoute) }
        do throws(Problem) {
            if let response = try server.runner.finish(input, result) {
                return answer(exchange, response, group: 0)
            }
        } catch {
            var problem = error
            if exchange.route?.tellsSeq == true {
                problem.fields.append(("Entrepot-Seq", "\(server.ledger.durableSeq)"))
            }
            return answer(exchange, problem)
        }
        exchange.isChecked = true
        perform(exchange)
    }

    // MARK: Waiting

    /// Has a request wait.
    ///
    /// - Parameter milliseconds: how long at most; nil: until it is there.
    func park(
        _ exchange: Exchange, _ reason: ExchangeWait.Reason, milliseconds: UInt64? = nil
    ) {
        var wait = ExchangeWait(reason: reason, exchange: exchange)
        if let milliseconds {
            wait.timer = server.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
                exchange.isLate = true
                self?.resume(exchange)
            }
        }
        self.wait = wait
        phase = .waiting
        server.didPark(self)
    }

    /// Ends the wait of a request, which goes on or is answered.
    @discardableResult
    private func unpark() -> Exchange? {
        guard let ended = wait else { return nil }
        if let timer = ended.timer { server.loop.cancel(timer) }
        wait = nil
        if !isClosed { phase = .head }
        server.didUnpark(self)
        return ended.exchange
    }

    /// What the waiting request waited for is over: it is asked again.
    ///
    /// - Parameter expected: nothing happens where another waits by now.
    func resume(_ expected: Exchange? = nil) {
        if isClosed { return }
        if let expected, wait?.exchange !== expected { return }
        guard let exchange = unpark() else { return }
        now = server.clock.monotonicNanoseconds()
        perform(exchange)
        goOn()
    }

    /// An answer of another thread.
    func take(_ delivery: Delivery) {
        guard !isClosed, let exchange = wait?.exchange, exchange.serial == delivery.exchange else {
            return
        }
        unpark()
        now = server.clock.monotonicNanoseconds()
        switch delivery.content {
        case .logIn(let found): didLogIn(exchange, found)
        case .response(let response): answer(exchange, response, group: presentGroup)
        case .feature(let result): finish(exchange, result)
        }
        goOn()
    }
}
