/// What a user may do. Each role may do all that the ones before it may. The numbers are on disk:
/// never renumber.
package enum Role: UInt8, Sendable, Comparable, CaseIterable {
    /// Reads.
    case viewer = 1
    /// Also trades and moves cargo.
    case trader = 2
    /// Also keeps inventory, its own stations, rules and routes.
    case `operator` = 3
    /// All.
    case admin = 4

    @inlinable package static func < (left: Role, right: Role) -> Bool {
        left.rawValue < right.rawValue
    }

    package var name: StaticString {
        switch self {
        case .viewer: "viewer"
        case .trader: "trader"
        case .operator: "operator"
        case .admin: "admin"
        }
    }
}

/// Somebody who may log in.
package struct User: Equatable, Sendable {
    package var name: Identifier
    /// Private: an Argon2id hash in the PHC string format, never shown. nil: no password opens the
    /// account.
    package var passwordHash: String?
    package var role: Role
    /// The stations it may act for; nil: all (`*`).
    package var stations: [Identifier]?
    package var designation: String?
    package var email: String?
    /// A compact JSON object, or nil for `{}`.
    package var attributes: String?
    /// It can neither log in nor act.
    package var isDisabled: Bool
    package var created: Timestamp
    package var updated: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The most users there may be.
    package static let limit = 10_000
    /// The most stations one user is given by name.
    package static let stationLimit = 256
    /// The bytes of a password.
    package static let passwordBytes = 8...1_024
    /// The longest password hash.
    package static let maximumHashBytes = 512

    package init(
        name: Identifier, role: Role, stations: [Identifier]?, created: Timestamp, seq: UInt64
    ) {
        self.name = name
        passwordHash = nil
        self.role = role
        self.stations = stations
        designation = nil
        email = nil
        attributes = nil
        isDisabled = false
        self.created = created
        updated = created
        self.seq = seq
        unknown = []
    }

    /// The administrator that `USER PASSWD admin` makes on a server without users.
    package static let admin = Identifier(literal: "admin")
}
