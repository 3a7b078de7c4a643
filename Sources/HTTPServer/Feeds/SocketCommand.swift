import Basics
import Domain
import JSON
import Ledger

/// A message of a client over WebSocket.
enum SocketCommand: Equatable {
    case authenticate(Redacted)
    case subscribe(id: String, types: [String], stations: [String], start: FeedAnchor)
    case unsubscribe(id: String)
    case ping

    /// Longest name of a subscription.
    static let maximumNameBytes = 64

    /// A message that was refused.
    struct Refusal: Error, Equatable {
        /// Of the subscription that it is about.
        let id: String?
        let error: CommandError

        init(_ code: ErrorCode, _ message: String, id: String? = nil) {
            error = CommandError(code, message)
            self.id = id
        }
    }

    /// - Throws: `SYNTAX` for what is no JSON object or has no known `op`, `RANGE` for fields that
    ///   the op does not have or of another kind.
    static func parse(_ text: Span<UInt8>) throws(Refusal) -> SocketCommand {
        let value: JSONValue
        do throws(JSONError) { value = try JSONReader.parse(text) } catch {
            throw Refusal(.syntax, "not JSON: \(error.message)")
        }
        guard let fields = value.object, let op = value["op"]?.string else {
            throw Refusal(.syntax, "a message is an object with a text \"op\"")
        }
        let id = value["id"]?.string
        guard let known = fieldsByOp[op] else {
            throw Refusal(.syntax, "\"op\" is auth, subscribe, unsubscribe or ping", id: id)
        }
        for field in fields where field.key != "op" && !known.contains(field.key) {
            throw Refusal(
                .range, "\(op) has no field \(ValueError.quoted(field.key.utf8.span))", id: id)
        }
        switch op {
        case "auth":
            guard let token = value["token"]?.string, !token.isEmpty else {
                throw Refusal(.range, "\"token\" is missing")
            }
            return .authenticate(Redacted(token))
        case "subscribe":
            return .subscribe(
                id: try name(id), types: try list("types", value, id),
                stations: try list("stations", value, id), start: try start(value, id))
        case "unsubscribe": return .unsubscribe(id: try name(id))
        default: return .ping
        }
    }

    private static let fieldsByOp: [String: Set<String>] = [
        "auth": ["token"], "subscribe": ["id", "types", "stations", "cursor"],
        "unsubscribe": ["id"], "ping": [],
    ]

    private static func name(_ id: String?) throws(Refusal) -> String {
        guard let id, !id.isEmpty, id.utf8.count <= maximumNameBytes else {
            throw Refusal(.range, "\"id\" is a text of 1 to \(maximumNameBytes) bytes")
        }
        return id
    }

    private static func list(
        _ name: String, _ value: JSONValue, _ id: String?
    ) throws(Refusal) -> [String] {
        guard let field = value[name], !field.isNull else { return [] }
        guard let elements = field.array else {
            throw Refusal(.range, "\"\(name)\" is a list of texts", id: id)
        }
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else {
                throw Refusal(.range, "\"\(name)\" is a list of texts", id: id)
            }
            texts.append(text)
        }
        return texts
    }

    private static func start(_ value: JSONValue, _ id: String?) throws(Refusal) -> FeedAnchor {
        guard let field = value["cursor"], !field.isNull else { return .now }
        guard let text = field.string else {
            throw Refusal(.range, "\"cursor\" is now, earliest or a cursor", id: id)
        }
        return FeedAnchor(text)
    }
}
