package import Domain

/// On whose behalf a command runs. A class, so that handing it to every command copies nothing.
package final class Caller: Sendable, Equatable {
    /// The user's name; `local` for the built-in administrator.
    package let name: Identifier
    package let role: Role
    /// The stations it may act for; nil: all.
    package let stations: Set<Identifier>?
    /// The token or session that it came with; nil: a password, or nothing.
    package let grant: Identifier?
    /// When it must log in again; nil: never.
    package let expires: Timestamp?
    /// Which of the user's passwords it came with, counted by whoever let it in; of no meaning
    /// where it came with a grant.
    package let password: UInt64

    package init(
        name: Identifier, role: Role, stations: Set<Identifier>?, grant: Identifier? = nil,
        expires: Timestamp? = nil, password: UInt64 = 0
    ) {
        self.name = name
        self.role = role
        self.stations = stations
        self.grant = grant
        self.expires = expires
        self.password = password
    }

    /// A user as its record has it.
    package convenience init(
        _ user: User, grant: Identifier? = nil, expires: Timestamp? = nil, password: UInt64 = 0
    ) {
        self.init(
            name: user.name, role: user.role, stations: user.stations.map { Set($0) },
            grant: grant, expires: expires, password: password)
    }

    /// The built-in administrator of a server without users.
    package static let local = Caller(name: .local, role: .admin, stations: nil)

    /// The leader itself: expiries, delays and what a start writes.
    package static let system = Caller(name: .system, role: .admin, stations: nil)

    /// The watched folder of plugins.
    package static let plugins = Caller(
        name: Identifier(literal: "plugins"), role: .admin, stations: nil)

    /// Whether a name is the server's own, and so no user's.
    package static func isBuiltIn(_ name: Identifier) -> Bool {
        [local, system, plugins].contains { $0.name == name }
    }

    /// What it may do; how it logged in makes no difference.
    package static func == (left: Caller, right: Caller) -> Bool {
        left.name == right.name && left.role == right.role && left.stations == right.stations
    }

    /// Whether it may act for a station.
    package func mayActFor(_ station: Identifier) -> Bool {
        stations?.contains(station) ?? true
    }
}
