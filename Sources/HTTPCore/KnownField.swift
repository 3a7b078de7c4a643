import Basics

/// The header fields whose meaning the parser itself needs, or which may come only once.
enum KnownField: UInt8, Sendable {
    case other
    case accept, acceptEncoding, authorization, connection, contentLength, contentType, cookie
    case expect, host, idempotencyKey, ifMatch, ifNoneMatch, lastEventID, origin
    case transferEncoding, upgrade, webSocketKey, webSocketVersion

    /// A field that is not a list: two of them leave open which one counts.
    var isSingle: Bool {
        switch self {
        case .authorization, .contentLength, .contentType, .expect, .host, .idempotencyKey,
            .lastEventID, .origin, .transferEncoding, .webSocketKey, .webSocketVersion:
            true
        default: false
        }
    }

    /// Its place in a set of fields that were seen.
    var bit: UInt32 { 1 << UInt32(rawValue) }

    /// The field of a name in any case. Complexity: at most three comparisons.
    static func named(_ name: Span<UInt8>) -> KnownField {
        switch name.count {
        case 4: one(name, "host", .host)
        case 6:
            one(name, "accept", .accept, "cookie", .cookie, "origin", .origin, "expect", .expect)
        case 7: one(name, "upgrade", .upgrade)
        case 8: one(name, "if-match", .ifMatch)
        case 10: one(name, "connection", .connection)
        case 12: one(name, "content-type", .contentType)
        case 13:
            one(
                name, "authorization", .authorization, "if-none-match", .ifNoneMatch,
                "last-event-id", .lastEventID)
        case 14: one(name, "content-length", .contentLength)
        case 15:
            one(
                name, "accept-encoding", .acceptEncoding, "idempotency-key", .idempotencyKey)
        case 17:
            one(
                name, "transfer-encoding", .transferEncoding, "sec-websocket-key", .webSocketKey)
        case 21: one(name, "sec-websocket-version", .webSocketVersion)
        default: .other
        }
    }

    /// Whether a name is that of a field which frames bodies with `_` for `-`: programs that make
    /// variables of fields, as CGI does, take the one for the other.
    static func resemblesFraming(_ name: Span<UInt8>) -> Bool {
        guard name.count == 14 || name.count == 17, name[name.count == 14 ? 7 : 8] == 0x5f else {
            return false
        }
        let (first, second): (StaticString, StaticString) =
            name.count == 14 ? ("content", "length") : ("transfer", "encoding")
        let middle = first.utf8CodeUnitCount
        return name.extracting(0..<middle).equalsIgnoringCase(first)
            && name.extracting((middle + 1)..<name.count).equalsIgnoringCase(second)
    }

    private static func one(
        _ name: Span<UInt8>, _ first: StaticString, _ field: KnownField,
        _ second: StaticString? = nil, _ secondField: KnownField = .other,
        _ third: StaticString? = nil, _ thirdField: KnownField = .other,
        _ fourth: StaticString? = nil, _ fourthField: KnownField = .other
    ) -> KnownField {
        if name.equalsIgnoringCase(first) { return field }
        if let second, name.equalsIgnoringCase(second) { return secondField }
        if let third, name.equalsIgnoringCase(third) { return thirdField }
        if let fourth, name.equalsIgnoringCase(fourth) { return fourthField }
        return .other
    }
}
