import Domain
import JSON
import Ledger

/// Where in a body the thing stands that a command refused.
enum BodyPointers {
    /// The members of a refused body that name what the refusal is about; empty where the refusal
    /// names nothing of it.
    static func faults(of error: CommandError, in body: JSONValue) -> [Problem.Fault] {
        guard case .object(let members) = body else { return [] }
        switch error.code {
        case .outOfStock, .noCapacity: return lines(error, body, member: "/quantity")
        case .notFound, .closed, .badState, .noPrice:
            if let item = error.item?.text {
                let found = lines(error, body, member: "/item")
                if !found.isEmpty || body["item"]?.string != item { return found }
            }
            guard let station = error.station?.text else { return [] }
            return members.filter { $0.value.string == station }
                .map { .init(pointer: "/" + $0.key, error.message) }
        case .rejected:
            return body["max_total"]?.string != nil && error.message.contains("above the maximum")
                ? [.init(pointer: "/max_total", error.message)] : []
        default: return []
        }
    }

    private static func lines(
        _ error: CommandError, _ body: JSONValue, member: String
    ) -> [Problem.Fault] {
        guard let item = error.item?.text else { return [] }
        if let lines = body["lines"]?.array {
            guard let index = lines.firstIndex(where: { $0["item"]?.string == item }) else {
                return []
            }
            return [.init(pointer: "/lines/\(index)\(member)", error.message)]
        }
        return body["quantity"] != nil && member == "/quantity"
            ? [.init(pointer: "/quantity", error.message)] : []
    }
}
