/// What a client has sent, whole.
package enum WebSocketMessage: Sendable, Equatable {
    /// UTF-8, checked.
    case text([UInt8])
    case binary([UInt8])
    /// Asks for a pong with the same bytes, at most 125.
    case ping([UInt8])
    case pong([UInt8])
    /// Nothing follows it; nil: the client gave no code.
    case close(CloseCode?)
}

/// Why what a client has sent is no WebSocket traffic: the connection ends with `code`.
package struct WebSocketViolation: Error, Sendable, Equatable {
    package let code: CloseCode
    /// For the closing frame: fixed words, nothing of what was sent.
    package let reason: StaticString

    package init(_ code: CloseCode, _ reason: StaticString) {
        self.code = code
        self.reason = reason
    }

    package static func == (left: WebSocketViolation, right: WebSocketViolation) -> Bool {
        left.code == right.code && "\(left.reason)" == "\(right.reason)"
    }
}
