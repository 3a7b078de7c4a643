import HTTPCore

/// Whose pages may use what a browser sends by itself: cookies, and passwords that it remembers.
struct PageOrigins: Sendable, Equatable {
    /// Origins of other pages that may.
    var allowed: [Origin] = []
    /// Whether this server speaks TLS itself. A page that was not encrypted may be anybody's, so it
    /// counts as another origin then.
    var isEncrypted = false

    /// Whether a request comes from a page of this server or of an allowed origin; nil: it does not
    /// say.
    func isOwn(_ head: RequestHead) -> Bool? {
        let origins = head.fields(named: "origin")
        if origins.isEmpty { return nil }
        guard origins.count == 1, let origin = Origin(origins[0]) else { return false }
        if allowed.contains(origin) { return true }
        guard let authority = head.authority else { return false }
        return Origin(authority: authority, isSecure: isEncrypted || origin.scheme == "https")
            == origin
    }
}
