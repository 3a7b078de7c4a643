package import Domain

/// On whose behalf a command runs. A class, so that handing it to every command copies nothing.
package final class Caller: Sendable, Equatable {
    /// The user's name; `local` for the built-in administrator.
    package let name: Identifier
    package let role: Role
    /// The stations it may act for; nil: all.
    package let stations: Set<Identifier>?

    package init(name: Identifier, role: Role, stations: Set<Identifier>?) {
        self.name = name
        self.role = role
        self.stations = stations
    }

    /// The built-in administrator of a server without users.
    package static let local = Caller(name: .local, role: .admin, stations: nil)

    /// The leader itself: expiries, delays and what a start writes.
    package static let system = Caller(name: .system, role: .admin, stations: nil)

    package static func == (left: Caller, right: Caller) -> Bool {
        left.name == right.name && left.role == right.role && left.stations == right.stations
    }

    /// Whether it may act for a station.
    package func mayActFor(_ station: Identifier) -> Bool {
        stations?.contains(station) ?? true
    }
}
