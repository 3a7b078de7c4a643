/// A secret: text that no log line, error, dump or interpolation shows.
///
/// Every way of printing it gives `(redacted)`; only `revealed` gives the text, so a reader finds
/// each use of a secret by searching for that word. Equality takes the same time wherever two
/// secrets of one length differ.
package struct Redacted: Sendable, Equatable {
    /// The secret itself: hand it to what needs it and keep no copy.
    package let revealed: String

    /// - Parameter secret: the text to hide.
    package init(_ secret: String) { revealed = secret }

    /// What stands in the place of a secret everywhere.
    package static let placeholder = "(redacted)"

    package static func == (left: Redacted, right: Redacted) -> Bool {
        let first = Array(left.revealed.utf8)
        let second = Array(right.revealed.utf8)
        if first.count != second.count { return false }
        var difference: UInt8 = 0
        for index in first.indices { difference |= first[index] ^ second[index] }
        return difference == 0
    }
}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { Redacted.placeholder }
    package var debugDescription: String { Redacted.placeholder }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
