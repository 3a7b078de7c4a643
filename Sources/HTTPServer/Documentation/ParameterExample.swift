import Basics
import JSON

/// Examples of parameters, and of replies that are no JSON.
enum ParameterExample {
    /// - Parameter pattern: the route's.
    static func path(_ name: String, _ pattern: String) -> String {
        switch name {
        case "station": return "luna-1"
        case "item": return "water"
        case "base": return "EUR"
        case "quote": return "CR"
        case "job": return "bt-1"
        case "channel": return "ops"
        case "name": return pattern.hasPrefix("/admin/users") ? "ada" : "half"
        default: break
        }
        for (prefix, id) in ids where pattern.hasPrefix(prefix) { return id }
        return "1"
    }

    private static let ids = [
        ("/api/trades", "t-1"), ("/api/cargo", "c-1"), ("/api/stations", "luna-1"),
        ("/api/items", "water"), ("/api/ships", "hermes"), ("/admin/channels", "ops"),
        ("/admin/tokens", "01M7YD1VKP0000000000000019"),
    ]

    static func query(_ field: QueryField) -> JSONValue {
        switch field.kind {
        case .limit: .number(50)
        case .cursor(let form): .string(cursor(form))
        case .id: .string(names[field.name] ?? "luna-1")
        case .currency: .string(field.name == "from" ? "EUR" : "CR")
        case .choice(let words): .string(words.first ?? "")
        case .text: .string(names[field.name] ?? "text")
        case .place:
            .string(field.name == "to" ? "2026-12-01T00:00:00Z" : "2026-11-01T00:00:00Z")
        case .integer(let range): .number(min(max(30, range.lowerBound), range.upperBound))
        case .money: .string("10.00")
        case .flag: .bool(false)
        case .list(let patterns): .string(patterns ? "trade.*,shipment.delayed" : "luna-1")
        }
    }

    private static let names = [
        "item": "water", "ship": "hermes", "user": "ada", "channel": "ops", "version": "1",
        "reference": "PO-7", "q": "wat", "category": "drinks", "reason": "sold", "cursor": "now",
        "pattern": "http_*",
    ]

    private static func cursor(_ form: CursorForm) -> String {
        switch form {
        case .records(let letter, _): "\(letter)a8.0"
        case .ids: "ialuna-1"
        case .event: "c8634e486937b288:1042"
        case .feed: "now"
        }
    }

    /// A reply that is text.
    static func text(_ pattern: String) -> String {
        switch pattern {
        case "/metrics":
            "# HELP entrepot_durable_seq The last event that is on disk.\n"
                + "# TYPE entrepot_durable_seq gauge\nentrepot_durable_seq 1042\n"
        case "/admin/plugins/{name}/source": rule
        default: "<!doctype html><title>Entrepot</title>"
        }
    }

    /// A body that loads it.
    static func ruleBody(withName: Bool) -> String {
        let name: [(key: String, value: JSONValue)] = withName ? [("name", .string("half"))] : []
        var buffer = ByteBuffer(capacity: 512)
        JSONValue.object(name + [("source", .string(rule))]).append(to: &buffer)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    /// The source of a rule.
    static let rule = """
        return { name = "half", version = "1", api = 1, station = "*", on_error = "skip",
          tests = { { name = "halves", hook = "pricing",
            line = { item = "water", quantity = 1, price = "2.00" }, expect = "1.00" } },
          pricing = function(trade, line) return line.price / 2 end }

        """
}
