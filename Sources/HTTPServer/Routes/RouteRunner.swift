package import Basics
package import Connections
import Domain
package import HTTPCore
import JSON
package import Ledger

/// What came of a step of a request.
package enum RouteOutcome {
    /// The reply; it may leave when this group of the ledger is on disk (0: at once).
    case response(HTTPResponse, group: UInt64)
    /// `?after=`: call `run` again when this server has reached the seq, or with `isLate`.
    case waitForSeq(UInt64)
    /// A list behind this connection's own writes: call `run` again when they are on disk.
    case waitForDurable
    /// A command that a feature runs, or checks, on a thread of its own; `finish` takes its result.
    case feature(CommandSpec, words: [[UInt8]])
}

/// Takes requests whose route is a command from the path to the reply. One object serves all
/// connections of a loop. Threading: the ledger's thread.
package final class RouteRunner {
    /// How long `?after=` waits.
    package static let afterMilliseconds: UInt64 = 5_000

    private let ledger: LedgerPort
    package var limits: Limits
    private var words = ArgumentVector(capacity: 4 << 10)
    private let reply = Reply()
    // For reads that a translation makes before the command itself.
    private var sideWords = ArgumentVector()
    private let sideReply = Reply()

    package init(ledger: LedgerPort, limits: Limits) {
        self.ledger = ledger
        self.limits = limits
    }

    // MARK: Checks

    /// - Throws: 401, or 403 for a caller whose role is too low.
    package static func authorize(_ route: Route, _ caller: Caller?) throws(Problem) {
        guard case .role(let role) = route.access else { return }
        guard let caller else { throw .noAuthentication }
        do throws(CommandError) { try Permission.require(role, for: "this", caller) } catch {
            throw Problem(error)
        }
    }

    /// Checks who asks, the path's ids, the query and the body.
    ///
    /// - Parameter caller: nil: nobody has logged in.
    /// - Throws: what is wrong with the request.
    package func prepare(
        _ route: Route, _ request: HTTPRequest, parameters: RouteParameters, caller: Caller?
    ) throws(Problem) -> RouteInput {
        try Self.authorize(route, caller)
        for (name, value) in zip(parameters.names, parameters.values) {
            try PathParameter.check(name, value)
        }
        let query = try RouteQuery(route, request.target.query, limits: limits)
        return RouteInput(
            route: route, request: request, parameters: parameters.values, query: query,
            body: try body(route, request), caller: caller,
            read: { [unowned self] (words) throws(Problem) in
                guard let caller else { throw .noAuthentication }
                return try record(words, caller)
            })
    }

    private func body(_ route: Route, _ request: HTTPRequest) throws(Problem) -> JSONValue {
        if request.body.isEmpty {
            if route.body == nil || route.bodyIsOptional { return .null }
            throw Problem(.syntax, "the body is missing: send JSON")
        }
        guard let schema = route.body else {
            if route.method == .get || route.method == .delete { return .null }
            throw Problem([.init(pointer: "", "this route takes no body")])
        }
        if let field = route.textField, let type = request.mediaType,
            ["text/plain", "text/x-lua", "application/x-lua"].contains(type)
        {
            guard let text = request.body.span.validatedText else {
                throw Problem(.syntax, "the body is not UTF-8")
            }
            let value = JSONValue.object([(field, .string(text))])
            let faults = schema.faults(value)
            if !faults.isEmpty { throw Problem(faults) }
            return value
        }
        if let type = request.mediaType, !route.takes(type) {
            let taken = route.mediaTypes.joined(separator: " or ")
            throw Problem(.syntax, "the body is \(type), \(taken) is taken", status: 415)
        }
        let isForm = request.mediaType == "application/x-www-form-urlencoded"
        let value =
            isForm
            ? try schema.parse(form: request.body)
            : try schema.parse(request.body, limits: limits)
        if let id = value["id"]?.string.flatMap({ Identifier($0) }), let ulid = ULID(id),
            ulid.isServerForm
        {
            var problem = Problem(
                .conflict, "id \(id) has the form of an id that the server chooses")
            problem.faults = [.init(pointer: "/id", "belongs to the server")]
            throw problem
        }
        return value
    }

    // MARK: Commands

    /// Runs a request, or says what it waits for.
    ///
    /// - Parameters:
    ///   - isBehindWrites: the connection has replies that wait for their group.
    ///   - isLate: the time of `?after=` is up.
    ///   - isChecked: the feature has let the write pass.
    /// - Throws: the problem to answer; it belongs to `openGroup` like any refusal.
    package func run(
        _ input: RouteInput, _ call: CommandCall, isBehindWrites: Bool, isLate: Bool = false,
        isChecked: Bool = false
    ) throws(Problem) -> RouteOutcome {
        guard let caller = input.caller else { throw .noAuthentication }
        if let seq = input.query.after, seq > ledger.durableSeq {
            if !isLate { return .waitForSeq(seq) }
            throw Problem(
                .stale, "this server is at \(ledger.durableSeq), not yet at \(seq)")
        }
        let key = input.route.isWrite ? try RequestKey.of(input.request) : nil
        try checkPrecondition(input, call, caller)
        words.removeAll()
        try call.build(input, &words)
        let index = try place()
        let spec = CommandTable.all[index]
        do throws(CommandError) { try Permission.check(spec, caller) } catch {
            throw Problem(error)
        }
        switch spec.handler {
        case .write:
            if spec.flags.contains(.checked) && !isChecked {
                return .feature(spec, words: copiedWords())
            }
            ledger.execute(
                index, words, caller: caller, key: key, isDryRun: input.query.isDryRun,
                reply: reply)
            return try answer(input, isHeld: true, usesKey: key != nil)
        case .read:
            if isBehindWrites && spec.flags.contains(.list) { return .waitForDurable }
            ledger.read(index, words, caller: caller, isBehindWrites: isBehindWrites, reply: reply)
            return try answer(
                input, isHeld: isBehindWrites || spec.flags.contains(.decides), usesKey: false)
        case .feature: return .feature(spec, words: copiedWords())
        case .session: throw Problem(.err, "\(spec.name) has no answer over HTTP")
        }
    }

    /// Turns what a feature said into a reply; nil: the write may be decided now, call `run`.
    package func finish(
        _ input: RouteInput, _ result: FeatureResult
    ) throws(Problem) -> HTTPResponse? {
        reply.reset()
        switch result {
        case .proceed: return nil
        // A check found what was sent wanting, such as a rule that does not compile.
        case .error(let error) where error.code == .err:
            var problem = Problem(error.code, error.message, status: 422)
            if input.body["source"] != nil {
                problem.faults = [.init(pointer: "/source", error.message)]
            }
            throw problem
        case .error(let error): reply.value = .error(error)
        case .reply(let value): reply.value = value
        }
        return try Answer(input, seq: ledger.durableSeq, usesKey: false).response(reply)
    }

    private func answer(
        _ input: RouteInput, isHeld: Bool, usesKey: Bool
    ) throws(Problem) -> RouteOutcome {
        let seq = isHeld ? ledger.writtenSeq : ledger.durableSeq
        let response = try Answer(input, seq: seq, usesKey: usesKey).response(reply)
        return .response(response, group: isHeld ? ledger.openGroup : 0)
    }

    private func place() throws(Problem) -> Int {
        do throws(CommandError) { return try CommandTable.place(words) } catch {
            throw Problem(error)
        }
    }

    private func copiedWords() -> [[UInt8]] { Self.copied(words) }

    private static func copied(_ words: borrowing ArgumentVector) -> [[UInt8]] {
        var copies: [[UInt8]] = []
        for index in 0..<words.count { copies.append(words[index].array) }
        return copies
    }

    // MARK: Records beside

    /// Holds `If-Match` and `If-None-Match` against the record as it is.
    private func checkPrecondition(
        _ input: RouteInput, _ call: CommandCall, _ caller: Caller
    ) throws(Problem) {
        let head = input.request.head
        guard let current = call.current, head.ifMatch != nil || head.ifNoneMatch != nil else {
            return
        }
        sideWords.removeAll()
        current(input, &sideWords)
        guard try readAside(caller) else { return }
        guard let seq = RecordText.seq(sideReply.body.array) else { return }
        let tag = EntityTag("\(seq)")
        // A proxy that compresses makes weak tags of strong ones: the seq is the same.
        if let condition = head.ifMatch, !condition.matchesWeakly(tag) {
            throw Self.failed(
                "If-Match", "does not match", "the record has changed: its ETag is \(tag.text)")
        }
        if let condition = head.ifNoneMatch, condition.matchesWeakly(tag) {
            throw Self.failed(
                "If-None-Match", "matches", "the record is there: its ETag is \(tag.text)")
        }
    }

    private static func failed(_ field: String, _ fault: String, _ detail: String) -> Problem {
        var problem = Problem(.conflict, detail, status: 412)
        problem.faults = [.init(parameter: field, fault)]
        return problem
    }

    private func record(
        _ request: [String], _ caller: Caller
    ) throws(Problem) -> JSONValue? {
        sideWords.removeAll()
        for word in request { sideWords.append(word) }
        if try !readAside(caller) { return nil }
        do throws(JSONError) { return try JSONReader.parse(sideReply.body.array.span) } catch {
            throw Problem(.err, "a record cannot be read: \(error.message)")
        }
    }

    /// - Returns: whether there is a record.
    private func readAside(_ caller: Caller) throws(Problem) -> Bool {
        let index: Int
        do throws(CommandError) {
            index = try CommandTable.place(sideWords)
            try Permission.check(CommandTable.all[index], caller)
        } catch { throw Problem(error) }
        ledger.read(index, sideWords, caller: caller, isBehindWrites: true, reply: sideReply)
        switch sideReply.value {
        case .record: return true
        case .error(let error): throw Problem(error)
        default: return false
        }
    }
}
