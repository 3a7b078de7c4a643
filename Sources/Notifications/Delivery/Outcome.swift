/// What became of one attempt to deliver one notice.
package struct Outcome: Equatable, Sendable {
    /// The kinds of it.
    package enum Kind: Equatable, Sendable {
        case delivered
        /// Worth another attempt.
        case failed
        /// Another attempt can only fail again: straight to the dead letters.
        case refused
        /// The endpoint wants nothing from here any more: the channel is disabled.
        case gone
        /// The server is stopping; the attempt does not count.
        case cancelled
    }

    package var kind: Kind
    /// What the endpoint answered: a status of HTTP or a code of SMTP; nil: nothing.
    package var status: Int?
    /// Why it failed, in a sentence that may be shown to operators; nil where it did not.
    package var reason: String?
    /// How long the endpoint asked to be left alone, in milliseconds.
    package var retryAfter: Int64?

    package init(
        _ kind: Kind, status: Int? = nil, reason: String? = nil, retryAfter: Int64? = nil
    ) {
        self.kind = kind
        self.status = status
        self.reason = reason
        self.retryAfter = retryAfter
    }
}
