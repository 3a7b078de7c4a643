package import Basics
package import Domain
package import HTTPCore
import JSON
package import Ledger

/// A refusal as HTTP tells it: `application/problem+json` (RFC 9457). All that this edge refuses
/// becomes one of these, and is written in one place.
package struct Problem: Error, Sendable {
    /// What is wrong with one field of a body or one parameter.
    package struct Fault: Sendable, Equatable {
        /// A JSON pointer into the body; nil for what is about a parameter.
        package let pointer: String?
        /// A query parameter's or header field's name.
        package let parameter: String?
        package let detail: String

        /// A field of the body; `pointer` is `""` for the body itself.
        package init(pointer: String, _ detail: String) {
            self.pointer = pointer
            parameter = nil
            self.detail = detail
        }

        /// A parameter of the query, or a header field.
        package init(parameter: String, _ detail: String) {
            pointer = nil
            self.parameter = parameter
            self.detail = detail
        }
    }

    package var status: Int
    package var code: ErrorCode
    /// One sentence about this occurrence.
    package var detail: String
    package var faults: [Fault] = []
    package var station: Identifier?
    package var item: Identifier?
    package var asked: Int64?
    package var available: Int64?
    /// Where the leader is, of a server that takes no writes.
    package var leader: String?
    /// Header fields that belong to it, such as `Allow`.
    package var fields: [(name: StaticString, value: String)] = []

    /// - Parameter status: nil: the code's own.
    package init(_ code: ErrorCode, _ detail: String, status: Int? = nil) {
        self.code = code
        self.detail = detail
        self.status = status ?? ErrorGuide.of(code).status
        addRetryAfter()
    }

    /// A command's refusal.
    package init(_ error: CommandError) {
        self.init(error.code, error.message)
        station = error.station
        item = error.item
        asked = error.asked
        available = error.available
    }

    /// A refusal of a log-in or of a request too many: 429 with `Retry-After` where it is one of
    /// too many.
    ///
    /// - Parameter retrySeconds: when it may be tried again.
    package init(_ error: CommandError, retrySeconds: Int?) {
        self.init(error)
        guard let retrySeconds else { return }
        if code == .limit { status = 429 }
        fields.removeAll { $0.name.isSame("Retry-After") }
        fields.append(("Retry-After", "\(max(1, retrySeconds))"))
    }

    /// Fields of a body that are not what they should be: 422.
    package init(_ faults: [Fault]) {
        self.init(.range, faults.first?.detail ?? "the body is not what it should be")
        self.faults = faults
        if faults.count > 1 { detail += " (and \(faults.count - 1) more)" }
        if let first = faults.first, let pointer = first.pointer, !pointer.isEmpty {
            detail = "\(pointer): \(detail)"
        } else if let parameter = faults.first?.parameter {
            detail = "\(parameter): \(detail)"
        }
    }

    /// A path without a route.
    package static let noRoute = Problem(.notFound, "there is nothing at this path")

    /// A route without this method: 405 with `Allow`.
    package static func wrongMethod(_ method: String, allow: [HTTPMethod]) -> Problem {
        let allowed = allow.map(\.rawValue).joined(separator: ", ")
        var problem = Problem(
            .err, "\(method) is not done here; allowed: \(allowed)", status: 405)
        problem.fields.append(("Allow", allowed))
        return problem
    }

    /// A request that needs a log-in and has none: 401 with `WWW-Authenticate`.
    package static let noAuthentication = Problem(.noAuth, "log in first")

    private mutating func addRetryAfter() {
        switch code {
        case .busy, .loading, .stale, .readOnly: fields.append(("Retry-After", "1"))
        case .noAuth, .wrongPass:
            // Basic is taken too, but a browser would ask for it in a window of its own.
            fields.append(("WWW-Authenticate", "Bearer realm=\"entrepot\""))
        default: break
        }
    }

    /// Appends the document.
    ///
    /// - Parameter instance: the path that was asked, as it was sent, without its query.
    package func append(instance: String, to buffer: inout ByteBuffer) {
        let guide = ErrorGuide.of(code)
        buffer.append("{\"type\":\"/docs/errors#" as StaticString)
        buffer.append(code.rawValue)
        buffer.append("\",\"title\":" as StaticString)
        buffer.appendJSON(string: guide.title)
        buffer.append(",\"status\":" as StaticString)
        buffer.append(decimal: status)
        buffer.append(",\"code\":\"" as StaticString)
        buffer.append(code.rawValue)
        buffer.append("\",\"detail\":" as StaticString)
        buffer.appendJSON(string: detail)
        buffer.append(",\"instance\":" as StaticString)
        buffer.appendJSON(string: instance)
        appendFaults(to: &buffer)
        if let station { append(",\"station\":", station, to: &buffer) }
        if let item { append(",\"item\":", item, to: &buffer) }
        if let asked { append(",\"asked\":", asked, to: &buffer) }
        if let available { append(",\"available\":", available, to: &buffer) }
        if let leader {
            buffer.append(",\"leader\":" as StaticString)
            buffer.appendJSON(string: leader)
        }
        buffer.append(UInt8(ascii: "}"))
    }

    private func appendFaults(to buffer: inout ByteBuffer) {
        if faults.isEmpty { return }
        buffer.append(",\"errors\":[" as StaticString)
        for (index, fault) in faults.enumerated() {
            if index > 0 { buffer.append(UInt8(ascii: ",")) }
            if let pointer = fault.pointer {
                buffer.append("{\"pointer\":" as StaticString)
                buffer.appendJSON(string: pointer)
            } else {
                buffer.append("{\"parameter\":" as StaticString)
                buffer.appendJSON(string: fault.parameter ?? "")
            }
            buffer.append(",\"detail\":" as StaticString)
            buffer.appendJSON(string: fault.detail)
            buffer.append(UInt8(ascii: "}"))
        }
        buffer.append(UInt8(ascii: "]"))
    }

    private func append(_ key: StaticString, _ id: Identifier, to buffer: inout ByteBuffer) {
        buffer.append(key)
        buffer.appendJSON(id)
    }

    private func append(_ key: StaticString, _ number: Int64, to buffer: inout ByteBuffer) {
        buffer.append(key)
        buffer.append(decimal: number)
    }

    /// The reply to a request.
    ///
    /// - Parameter instance: the path that was asked, as it was sent, without its query.
    package func response(instance: String) -> HTTPResponse {
        var buffer = ByteBuffer(capacity: 384)
        append(instance: instance, to: &buffer)
        return HTTPResponse(
            status: status, contentType: "application/problem+json", fields: fields,
            body: buffer.array)
    }
}
