/// Why a WebSocket ends, as its closing frame says it.
package struct CloseCode: RawRepresentable, Sendable, Equatable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Nothing is wrong.
    package static let normal = CloseCode(rawValue: 1_000)
    /// The server stops.
    package static let goingAway = CloseCode(rawValue: 1_001)
    /// Frames that RFC 6455 does not allow.
    package static let protocolError = CloseCode(rawValue: 1_002)
    /// A kind of message that is not understood here, such as a binary one.
    package static let unsupportedData = CloseCode(rawValue: 1_003)
    /// A text that is not UTF-8.
    package static let invalidPayload = CloseCode(rawValue: 1_007)
    /// Traffic that the server does not put up with.
    package static let policyViolation = CloseCode(rawValue: 1_008)
    /// A message that is longer than the limit.
    package static let messageTooBig = CloseCode(rawValue: 1_009)
    /// The client reads too slowly.
    package static let tryAgainLater = CloseCode(rawValue: 1_013)
    /// Its token has expired.
    package static let expired = CloseCode(rawValue: 4_401)
    /// It may not.
    package static let denied = CloseCode(rawValue: 4_403)

    /// Whether a closing frame may carry the code; the rest is reserved or for local use only.
    package var isSendable: Bool {
        switch rawValue {
        case 1_000...1_003, 1_007...1_014, 3_000...4_999: true
        default: false
        }
    }
}
