package import Basics

/// SHA-256 of a secret: enough to know it again, too little to use it.
package struct SecretHash: Hashable, Sendable {
    package let high: Digest128
    package let low: Digest128

    package init(high: Digest128, low: Digest128) {
        self.high = high
        self.low = low
    }

    /// Nil for anything but 32 bytes.
    package init?(_ bytes: Span<UInt8>) {
        if bytes.count != 32 { return nil }
        var words = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<32 {
            words[index >> 3] = words[index >> 3] << 8 | UInt64(bytes[index])
        }
        high = Digest128(high: words[0], low: words[1])
        low = Digest128(high: words[2], low: words[3])
    }
}

/// What a grant is for. The numbers are on disk: never renumber.
package enum GrantKind: UInt8, Sendable, CaseIterable {
    /// An API token, for programs.
    case api = 1
    /// A log-in: access tokens are made from it, and its refresh token is changed at each use.
    case session = 2

    package var name: StaticString {
        switch self {
        case .api: "api"
        case .session: "session"
        }
    }
}

/// The right of whoever holds a secret to act as a user, until it ends.
package struct Grant: Equatable, Sendable {
    /// A ULID; what `TOKEN LIST` shows.
    package var id: Identifier
    package var user: Identifier
    package var kind: GrantKind
    /// What the user calls it.
    package var name: String?
    /// Private: of the API token's secret, or of the present refresh token's.
    package var secret: SecretHash
    /// How often the refresh token was changed.
    package var generation: UInt32
    package var created: Timestamp
    /// nil: never.
    package var expires: Timestamp?
    package var revoked: Timestamp?
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The most live API tokens of one user.
    package static let tokenLimit = 100
    /// The most sessions of one user; the oldest makes room for a new one.
    package static let sessionLimit = 100
    /// How long a grant that has ended is still shown, in milliseconds.
    package static let endedMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    package init(
        id: Identifier, user: Identifier, kind: GrantKind, secret: SecretHash, created: Timestamp,
        seq: UInt64
    ) {
        self.id = id
        self.user = user
        self.kind = kind
        name = nil
        self.secret = secret
        generation = 0
        self.created = created
        expires = nil
        revoked = nil
        self.seq = seq
        unknown = []
    }

    /// When it ended, if it has by `now`.
    package func ended(at now: Timestamp) -> Timestamp? {
        if let revoked { return revoked }
        if let expires, expires <= now { return expires }
        return nil
    }

    /// Whether it still opens its user's account.
    package func isLive(at now: Timestamp) -> Bool { ended(at: now) == nil }
}
