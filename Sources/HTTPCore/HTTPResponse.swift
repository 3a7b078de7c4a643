import Basics
import JSON

/// A reply to one request: what `ResponseWriter` makes bytes of.
package struct HTTPResponse: Sendable {
    package var status: Int
    /// The value of `Content-Type`; nil sends none.
    package var contentType: StaticString?
    /// Further fields. `Content-Length`, `Content-Type`, `Connection` and `Date` are the writer's.
    package var fields: [(name: StaticString, value: String)]
    package var body: [UInt8]

    package init(
        status: Int, contentType: StaticString? = nil,
        fields: [(name: StaticString, value: String)] = [], body: [UInt8] = []
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    /// JSON text as a reply.
    package static func json(
        _ status: Int, _ body: [UInt8], fields: [(name: StaticString, value: String)] = []
    ) -> HTTPResponse {
        HTTPResponse(
            status: status, contentType: "application/json", fields: fields, body: body)
    }

    /// Plain text in UTF-8 as a reply.
    package static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// An error as `application/problem+json` (RFC 9457) with the members that every one has.
    ///
    /// - Parameters:
    ///   - code: one of the error codes, such as `SYNTAX`.
    ///   - detail: a sentence; may hold any text.
    package static func problem(_ status: Int, code: String, detail: String) -> HTTPResponse {
        var text = ByteBuffer()
        text.append("{\"type\":")
        text.appendJSON(string: "/docs/errors#" + code)
        text.append(",\"title\":")
        text.appendJSON(bytes: Array(HTTPStatus.phrase(status).description.utf8).span)
        text.append(",\"status\":")
        text.append(decimal: status)
        text.append(",\"code\":")
        text.appendJSON(string: code)
        text.append(",\"detail\":")
        text.appendJSON(string: detail)
        text.append("}")
        return HTTPResponse(
            status: status, contentType: "application/problem+json", body: text.array)
    }

    /// The reply to a request that the parser refused: a problem with the code that belongs to the
    /// status.
    package static func refusal(_ refusal: HTTPRefusal) -> HTTPResponse {
        let code =
            switch refusal.status {
            case 408, 413, 414, 431: "LIMIT"
            default: "SYNTAX"
            }
        return problem(refusal.status, code: code, detail: refusal.reason)
    }
}
