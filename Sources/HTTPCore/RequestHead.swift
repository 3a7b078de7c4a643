import Basics

/// How the body of a request is delimited.
package enum BodyFraming: Sendable, Equatable {
    case none
    /// So many bytes; at most 2^63 - 1.
    case length(UInt64)
    case chunked
}

/// What the target of a request is.
package enum TargetForm: Sendable, Equatable {
    /// `/path?query`.
    case origin
    /// `http://host/path?query`: its authority counts and not the field `Host`.
    case absolute
    /// `*`, of `OPTIONS` alone.
    case asterisk
}

/// A request's line and header fields: one array of bytes, and where in it everything is.
///
/// No text is made of a field before somebody asks for it. What is here passed `RequestParser`:
/// names are tokens, values have no control characters but tabs, framing is unambiguous.
package struct RequestHead: Sendable {
    /// Where the name (in lower case) and the trimmed value of a field are.
    struct Field: Sendable {
        var nameStart: UInt32
        var nameEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
        var known: KnownField

        var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
    }

    var bytes: [UInt8]
    var fields: [Field]
    /// The set of known fields that are there.
    var seen: UInt32
    var methodRange: Range<Int>
    var pathRange: Range<Int>
    var queryRange: Range<Int>?
    var authorityRange: Range<Int>?

    /// The method, or nil for one that no route answers (501).
    package let method: HTTPMethod?
    package let version: HTTPVersion
    package let targetForm: TargetForm
    package let bodyFraming: BodyFraming
    /// Whether the connection stays open behind the reply, as far as the client is concerned.
    package let isKeepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package let expectsContinue: Bool
    /// Whether the client asks for another protocol: `Connection: upgrade` and an `Upgrade` field.
    package let wantsUpgrade: Bool

    /// The method as it was sent: a token.
    package var methodText: String { text(methodRange) }

    /// The path as it was sent, percent-encoded: begins with `/`, or is `*` or empty.
    package var rawPath: String { text(pathRange) }

    /// What is behind `?` as it was sent, or nil without one. May hold secrets: not for logs.
    package var rawQuery: String? { queryRange.map { text($0) } }

    /// The host, and the port where there is one, that the client asked: of the target where that
    /// is absolute, else of the field `Host`. Nil only in HTTP/1.0.
    package var authority: String? { authorityRange.map { text($0) } }

    /// How many bytes the head has, its blank line included.
    package var byteCount: Int { bytes.count }

    /// How many fields there are.
    package var fieldCount: Int { fields.count }

    /// The value of a field, the values of several of one name joined by `", "`; nil without one.
    /// Bytes that are not UTF-8 become U+FFFD.
    ///
    /// - Parameter lowercasedName: in lower case.
    package func field(_ lowercasedName: StaticString) -> String? {
        var joined: String?
        for field in fields where isNamed(field, lowercasedName) {
            let value = text(field.value)
            joined = joined.map { $0 + ", " + value } ?? value
        }
        return joined
    }

    /// The values of all fields of a name, in order.
    ///
    /// - Parameter lowercasedName: in lower case.
    package func fields(named lowercasedName: StaticString) -> [String] {
        fields.filter { isNamed($0, lowercasedName) }.map { text($0.value) }
    }

    /// Whether there is a field of a name.
    ///
    /// - Parameter lowercasedName: in lower case.
    package func hasField(_ lowercasedName: StaticString) -> Bool {
        fields.contains { isNamed($0, lowercasedName) }
    }

    /// Calls `body` with the name, in lower case, and the value of each field, in order.
    package func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for field in fields { body(text(field.name), text(field.value)) }
    }

    private func isNamed(_ field: Field, _ name: StaticString) -> Bool {
        let range = field.name
        if range.count != name.utf8CodeUnitCount { return false }
        let start = name.utf8Start
        for index in 0..<range.count where bytes[range.lowerBound + index] != start[index] {
            return false
        }
        return true
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
