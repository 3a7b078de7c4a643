/// Why a word is not the value that was asked for.
package struct ValueError: Error, Equatable, Sendable {
    /// The wire code that the edges answer with.
    package enum Code: Equatable, Sendable {
        /// The word does not have the form (`SYNTAX`).
        case syntax
        /// The form is right, the value is outside its limits (`RANGE`).
        case range
    }

    /// Which wire code fits.
    package let code: Code
    /// One line of ASCII that names the value (shortened, escaped) and the limit it broke.
    package let message: String

    /// An error with one line of ASCII.
    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The word does not have the form.
    package static func syntax(_ message: String) -> ValueError {
        ValueError(code: .syntax, message: message)
    }

    /// The value is outside its limits.
    package static func range(_ message: String) -> ValueError {
        ValueError(code: .range, message: message)
    }

    /// How many bytes of a bad value a message shows.
    package static let maximumShownBytes = 40

    /// `"value"` for a message: printable ASCII, everything else as `\xNN`, cut with `...`.
    package static func quoted(_ bytes: Span<UInt8>) -> String {
        var text = "\""
        for index in 0..<min(bytes.count, maximumShownBytes) {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                text += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7e: text += String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16)
                text += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return text + (bytes.count > maximumShownBytes ? "...\"" : "\"")
    }
}
