import Basics
import Domain
import JSON

/// A plugin's own table, as returns of hooks change it.
package enum RuleState {
    /// Takes entries into a table.
    ///
    /// - Parameters:
    ///   - current: a compact JSON object; nil for an empty one.
    ///   - changes: JSON values by key; nil takes an entry out.
    /// - Returns: the new object, its keys in order of bytes.
    /// - Throws: where it would be longer than `limit` bytes; nothing is changed then.
    package static func merging(
        _ current: String?, _ changes: [(key: String, value: String?)], limit: Int
    ) throws(RuleFault) -> String {
        let parsed = current.flatMap { try? JSONReader.parse($0.utf8.span) }
        var entries: [String: JSONValue] = [:]
        for (key, value) in parsed?.object ?? [] { entries[key] = value }
        for (key, value) in changes {
            entries[key] = value.flatMap { try? JSONReader.parse($0.utf8.span) }
        }
        let members = entries.map { (key: $0.key, value: $0.value) }
            .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        var text = ByteBuffer()
        JSONValue.object(members).append(to: &text)
        if text.count > limit {
            throw RuleFault("the state would have \(text.count) bytes, the limit is \(limit)")
        }
        return text.bytes.validatedText ?? "{}"
    }
}
