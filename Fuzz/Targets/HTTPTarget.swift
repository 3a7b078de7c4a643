import Basics
import HTTPCore

/// The bytes of an HTTP connection, whole and cut anywhere: the same requests, bodies and refusal;
/// and what was taken is framed in one way and can be asked for anything.
enum HTTPTarget {
    private static let maximumBody = 4_096
    /// Begins what must not be found; no request can.
    private static let wrong = "\nwrong: "

    static func finding(_ bytes: [UInt8]) -> String? {
        guard let cut = bytes.first else { return nil }
        let stream = Array(bytes.dropFirst())
        let whole = requests(stream, step: stream.count)
        for step in [1, 1 + Int(cut)] {
            let parts = requests(stream, step: step)
            if parts != whole { return "in steps of \(step): \(parts), whole: \(whole)" }
        }
        return whole.first { $0.hasPrefix(wrong) }
    }

    /// What is found in a stream that arrives in steps.
    private static func requests(_ stream: [UInt8], step: Int) -> [String] {
        var parser = HTTPCore.RequestParser(
            maximumBytes: 4_096, maximumFields: 16, maximumTargetBytes: 512)
        var found: [String] = []
        var start = 0
        var end = min(step, stream.count)
        while true {
            switch parser.parse(stream.span.extracting(start..<end)) {
            case .more:
                if end == stream.count { return found }
                end = min(end + step, stream.count)
            case .refused(let refusal): return found + ["\(refusal.status) \(refusal.reason)"]
            case .request(let head, let offset):
                start += offset
                if start > end { return found + [wrong + "more consumed than there was"] }
                found.append(contradiction(head).map { wrong + $0 } ?? text(head))
                var body = ByteBuffer()
                let awaited = take(head, stream, &start, &end, step, &body)
                found.append("\(body.array)")
                if let awaited { return found + [awaited] }
            }
        }
    }

    /// Takes the body of a request; nil, or why it cannot be had.
    private static func take(
        _ head: RequestHead, _ stream: [UInt8], _ start: inout Int, _ end: inout Int, _ step: Int,
        _ body: inout ByteBuffer
    ) -> String? {
        var decoder = ChunkedDecoder(maximumBytes: maximumBody)
        var wanted = 0
        if case .length(let length) = head.bodyFraming {
            if length > maximumBody { return "413" }
            wanted = Int(length)
        }
        while head.bodyFraming != .none {
            if head.bodyFraming == .chunked {
                switch decoder.decode(stream.span.extracting(start..<end), into: &body) {
                case .done(let consumed):
                    start += consumed
                    return start > end ? wrong + "more consumed than there was" : nil
                case .refused(let refusal): return "\(refusal.status) \(refusal.reason)"
                case .more: start = end
                }
            } else {
                let count = min(wanted - body.count, end - start)
                body.append(stream.span.extracting(start..<(start + count)))
                start += count
                if body.count == wanted { return nil }
            }
            if end == stream.count { return "more" }
            end = min(end + step, stream.count)
        }
        return nil
    }

    /// What a taken head must not be.
    private static func contradiction(_ head: RequestHead) -> String? {
        let lengths = head.fields(named: "content-length").count
        let codings = head.fields(named: "transfer-encoding").count
        if lengths + codings > 1 { return "two framings" }
        if head.bodyFraming == .chunked && codings != 1 { return "chunked, and nobody said so" }
        let hosts = head.fields(named: "host").count
        if hosts > 1 || (hosts == 0 && head.version == .http11) { return "\(hosts) hosts" }
        var problem: String?
        head.forEachField { name, value in
            if name.isEmpty || name != name.lowercased() { problem = "the name \(name)" }
            if !ResponseWriter.isValue(value) { problem = "a control character in \(name)" }
        }
        return problem
    }

    /// The request with all that can be asked of it.
    private static func text(_ head: RequestHead) -> String {
        var text = "\(head.methodText) \(head.rawPath) \(head.authority ?? "") \(head.isKeepAlive)"
        do throws(HTTPRefusal) {
            let target = try RequestTarget(head)
            text += " \(target.segments) \(target.query)"
        } catch {
            text += " \(error.status)"
        }
        head.forEachField { name, value in
            text += " \(name): \(value) \(IdempotencyKey.parse(value) ?? "")"
            text += " \(Cookies.pairs(value).count) \(Origin(value)?.text ?? "")"
            text += " \(HTTPDate.parse(value, now: 0) ?? 0) \(MediaType.essence(value) ?? "")"
            text += " \(Negotiation.quality(of: "a/b", in: value))"
        }
        return text + " \(Negotiation.acceptsGzip(head)) \(head.ifMatch == nil)"
            + " \(head.authorization == nil) \(head.expectsContinue) \(head.wantsUpgrade)"
    }
}

extension RequestHead {
    fileprivate var authorization: Authorization? { Authorization(self) }
}
