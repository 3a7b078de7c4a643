import Basics
import JSON

/// Attributes: a JSON object that a client keeps with a record.
enum Attributes {
    /// - Returns: the object in compact form, nil for `{}`.
    /// - Throws: `SYNTAX` for what is no JSON object, `LIMIT` where it is too long.
    static func parse(
        _ bytes: Span<UInt8>, limits: Limits
    ) throws(CommandError) -> String? {
        let maximumBytes = limits.attributesBytes
        if bytes.count > maximumBytes {
            throw CommandError(
                .limit, "META has \(bytes.count) bytes, the limit is \(maximumBytes)")
        }
        do throws(JSONError) {
            let text = try JSONReader.validateObject(
                bytes, maximumBytes: maximumBytes, maximumDepth: limits.jsonDepth)
            return text == "{}" ? nil : text
        } catch { throw CommandError(.syntax, "META is not a JSON object: \(error.message)") }
    }
}
