package import HTTPCore

/// What the configuration says about HTTP, apart from limits.
package struct HTTPSettings: Sendable {
    /// Pages of which origins may call; none: only the server's own.
    package var corsOrigins: [Origin] = []
    /// Whether pages of any origin may call, without cookies.
    package var allowsAnyOrigin = false
    /// Whether each request is logged.
    package var accessLog = false
    /// Whether the address of a far end is that of a proxy whose `X-Forwarded-*` fields count.
    package var isTrustedProxy: @Sendable (_ host: String) -> Bool = { _ in false }

    package init() {}

    /// Whether pages of an origin may call.
    func allows(_ origin: String) -> Bool {
        if allowsAnyOrigin { return true }
        if corsOrigins.isEmpty { return false }
        guard let origin = Origin(origin) else { return false }
        return corsOrigins.contains(origin)
    }
}
