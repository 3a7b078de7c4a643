/// Why a WebSocket ends, as its closing frame says it.
package struct CloseCode: RawRepresentable, Sendable, Equatable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let goingAway = CloseCode(rawValue: 1_001)
    /// The client reads too slowly.
    package static let tryAgainLater = CloseCode(rawValue: 1_013)
    /// Its token has expired.
    package static let expired = CloseCode(rawValue: 4_401)
    /// It may not.
    package static let denied = CloseCode(rawValue: 4_403)
}
