import Basics

/// The value of the field `Idempotency-Key`.
package enum IdempotencyKey {
    /// Longer keys are refused.
    package static let maximumBytes = 255

    /// The key of a value: a quoted string (`"…"` with `\"` and `\\`), or bare visible ASCII
    /// without quotes, commas and semicolons. Nil for anything else, an empty key included.
    package static func parse(_ value: String) -> String? {
        let bytes = value.utf8.span
        var key: [UInt8] = []
        guard bytes.count > 0, bytes.count <= 2 * maximumBytes + 2 else { return nil }
        if bytes[0] != UInt8(ascii: "\"") {
            for index in 0..<bytes.count {
                let byte = bytes[index]
                let isReserved = byte == 0x22 || byte == 0x2c || byte == 0x3b || byte == 0x5c
                if byte <= 0x20 || byte >= 0x7f || isReserved { return nil }
                key.append(byte)
            }
        } else {
            guard bytes.count >= 3, bytes[bytes.count - 1] == UInt8(ascii: "\"") else { return nil }
            var index = 1
            while index < bytes.count - 1 {
                var byte = bytes[index]
                if byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\"") { return nil }
                if byte == UInt8(ascii: "\\") {
                    index += 1
                    guard index < bytes.count - 1 else { return nil }
                    byte = bytes[index]
                    if byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") { return nil }
                }
                key.append(byte)
                index += 1
            }
        }
        if key.count > maximumBytes { return nil }
        return key.span.validatedText
    }
}
