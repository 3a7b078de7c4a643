import Basics
import HTTPCore
import TestSupport

/// The bytes that a client sends, as a server would take them: heads, bodies, the next head.
enum Conversation {
    /// Of a body.
    static let maximumBody = RefusedRequests.bodyBytes

    /// What is found in `bytes` when they arrive in pieces, one line for each request, the last for
    /// a refusal or for what is still awaited.
    ///
    /// - Parameter cuts: where a piece ends, ascending.
    static func outcomes(_ bytes: [UInt8], cuts: [Int] = []) -> [String] {
        var parser = RequestParser(
            maximumBytes: RefusedRequests.headBytes, maximumFields: RefusedRequests.fields,
            maximumTargetBytes: RefusedRequests.targetBytes)
        var found: [String] = []
        var start = 0
        var pieces = (cuts + [bytes.count])[...]
        var end = pieces.popFirst() ?? 0
        while true {
            switch parser.parse(bytes.span.extracting(start..<end)) {
            case .more:
                guard let next = pieces.popFirst() else {
                    return found + [start == end ? "end" : "more"]
                }
                end = next
            case .refused(let refusal): return found + ["\(refusal.status) \(refusal.reason)"]
            case .request(let head, let offset):
                start += offset
                var body = ByteBuffer()
                switch take(head, bytes, &start, &end, &pieces, &body) {
                case nil:
                    found.append(describe(head, body.array))
                case let other?: return found + [other]
                }
            }
        }
    }

    /// Takes the body that `head` announces; nil, or why it cannot be had.
    private static func take(
        _ head: RequestHead, _ bytes: [UInt8], _ start: inout Int, _ end: inout Int,
        _ pieces: inout ArraySlice<Int>, _ body: inout ByteBuffer
    ) -> String? {
        switch head.bodyFraming {
        case .none: return nil
        case .length(let length):
            guard length <= maximumBody else { return "413 length" }
            while end - start < Int(length) {
                guard let next = pieces.popFirst() else { return "more" }
                end = next
            }
            body.append(bytes.span.extracting(start..<(start + Int(length))))
            start += Int(length)
            return nil
        case .chunked:
            var decoder = ChunkedDecoder(maximumBytes: maximumBody)
            while true {
                switch decoder.decode(bytes.span.extracting(start..<end), into: &body) {
                case .done(let consumed):
                    start += consumed
                    return nil
                case .refused(let refusal): return "\(refusal.status) \(refusal.reason)"
                case .more:
                    start = end
                    guard let next = pieces.popFirst() else { return "more" }
                    end = next
                }
            }
        }
    }

    private static func describe(_ head: RequestHead, _ body: [UInt8]) -> String {
        var text = "\(head.methodText) \(head.rawPath)"
        if let query = head.rawQuery { text += "?\(query)" }
        if head.version == .http10 { text += " 1.0" }
        if !head.isKeepAlive { text += " close" }
        if head.expectsContinue { text += " continue" }
        if head.wantsUpgrade { text += " upgrade" }
        if let authority = head.authority { text += " @\(authority)" }
        head.forEachField { name, value in
            if name.hasPrefix("x") { text += " \(name)=\(value)" }
        }
        return body.isEmpty ? text : text + " [\(String(decoding: body, as: UTF8.self))]"
    }
}
