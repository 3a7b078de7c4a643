import Basics
import Domain
package import HTTPCore
import JSON
package import Ledger

/// What becomes of a command's reply.
package enum AnswerShape: Sendable {
    /// One record; nothing is 404. The text says what a missing one is called.
    case record(String)
    /// A record that was made: 201, or 200 where it is a repeat. `Location` is the path with the
    /// member `key` behind it; nil: there is no route that names the record.
    case created(String?, key: StaticString = "id")
    /// A record as it is after a change: 200.
    case changed
    /// A document of its own kind: 200.
    case document
    /// `{"items","next","seq"}` with `Link`.
    case page
    /// A page with `"station"` before its items; no page is 404.
    case stationPage
    /// Text, of this media type.
    case text(StaticString)
    /// The route makes its reply by itself.
    case own
}

/// The reply to a request that a command has answered.
package struct Answer {
    /// The last event that the reply knows, for `Entrepot-Seq`.
    package let seq: UInt64
    let input: RouteInput
    let usesKey: Bool

    package init(_ input: RouteInput, seq: UInt64, usesKey: Bool) {
        self.input = input
        self.seq = seq
        self.usesKey = usesKey
    }

    /// Turns a reply into a response.
    ///
    /// - Throws: the problem that a refusal is.
    package func response(_ reply: Reply) throws(Problem) -> HTTPResponse {
        switch reply.value {
        case .record: break
        case .json(let document):
            reply.body.removeAll()
            reply.body.append(document)
        case .text(let text):
            reply.body.removeAll()
            reply.body.append(text)
        case .error(let error): throw problem(error)
        case .null, .nullArray: throw missing()
        default: throw Problem(.err, "the command answered in an unknown shape")
        }
        var response = HTTPResponse(status: 200, contentType: "application/json")
        // With those that the edge adds: the array does not grow.
        response.fields.reserveCapacity(8)
        if input.query.isDryRun {
            response.body = reply.body.array
            response.fields = [("Cache-Control", "no-store")]
            return response
        }
        switch input.route.answer {
        case .record, .changed, .document, .own:
            response.body = reply.body.array
            if let tag = Self.tag(response.body, input.route.answer) {
                response.fields.append(("ETag", tag))
            }
        case .text(let type):
            response.contentType = type
            response.body = reply.body.array
            response.fields.append(("ETag", Self.hashTag(response.body)))
        case .created(let path, let key): create(path, key, reply, &response)
        case .page: page(reply, prefix: nil, &response)
        case .stationPage: page(reply, prefix: input.parameters.first, &response)
        }
        if input.route.tellsSeq {
            response.fields.append(("Entrepot-Seq", "\(seq)"))
            response.fields.append(("Cache-Control", "private, no-cache"))
        } else {
            response.fields.append(("Cache-Control", "no-store"))
        }
        return response
    }

    // MARK: Shapes

    private func create(
        _ path: String?, _ key: StaticString, _ reply: Reply, _ response: inout HTTPResponse
    ) {
        response.body = reply.body.array
        let isRepeat = Self.isReplayed(response.body)
        response.status = isRepeat ? 200 : 201
        if let tag = Self.tag(response.body, .changed) { response.fields.append(("ETag", tag)) }
        if let path, let id = RecordText.name(key, response.body) {
            response.fields.append(("Location", path + id))
        }
    }

    private func page(_ reply: Reply, prefix: String?, _ response: inout HTTPResponse) {
        if let prefix {
            var head = ByteBuffer(capacity: 96)
            head.append("{\"station\":" as StaticString)
            head.appendJSON(string: prefix)
            head.append(UInt8(ascii: ","))
            // The head takes the place of the page's brace.
            response.body = reply.body.array(from: 1, behind: head)
        } else {
            response.body = reply.body.array
        }
        response.fields.append(("ETag", Self.hashTag(response.body)))
        if let next = RecordText.next(response.body) {
            let target = RecordText.target(input.request, cursor: next)
            response.fields.append(("Link", "<\(target)>; rel=\"next\""))
        }
    }

    // MARK: Refusals

    /// What a command's refusal is on this route.
    func problem(_ error: CommandError) -> Problem {
        var problem = Problem(error)
        if error.code == .conflict && usesKey && error.message.hasPrefix("key ") {
            problem.status = 422
            problem.faults.append(.init(parameter: "Idempotency-Key", error.message))
        }
        problem.faults += BodyPointers.faults(of: error, in: input.body)
        return problem
    }

    private func missing() -> Problem {
        let id = input.parameters.joined(separator: "/")
        switch input.route.answer {
        case .record(let kind): return Problem(.notFound, "\(kind) \(id) does not exist")
        case .stationPage: return Problem(.notFound, "station \(id) does not exist")
        default: return Problem(.notFound, "there is no \(id)")
        }
    }

    // MARK: Tags

    /// The entity tag of a body: a record's seq, else a hash.
    static func tag(_ body: [UInt8], _ shape: AnswerShape) -> String? {
        if case .record = shape, let seq = RecordText.seq(body) { return "\"\(seq)\"" }
        if case .changed = shape { return RecordText.seq(body).map { "\"\($0)\"" } }
        if case .own = shape { return nil }
        return hashTag(body)
    }

    private static func hashTag(_ body: [UInt8]) -> String {
        "\"h" + String(FastHash.hash64(body.span, seed: 0), radix: 36) + "\""
    }

    private static func isReplayed(_ body: [UInt8]) -> Bool {
        body.span.hasSuffix(",\"replayed\":true}")
    }
}
