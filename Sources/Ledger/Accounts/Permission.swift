package import Domain

/// Who may run which command: the one place that compares a caller's role with a command's.
///
/// Routes of the HTTP edge name the row of their command and come here too. Which stations a caller
/// may act for is checked where a command knows its stations; another's record is like none.
package enum Permission {
    /// - Throws: `NOPERM` where the caller's role is too small.
    package static func check(
        _ spec: CommandSpec, _ caller: Caller
    ) throws(CommandError) {
        if caller.role < spec.role { throw refusal(spec.name, spec.role, caller) }
    }

    /// For what only some forms of a command need, such as another user's name.
    ///
    /// - Parameter what: begins the sentence.
    /// - Throws: `NOPERM`.
    package static func require(
        _ role: Role, for what: String, _ caller: Caller
    ) throws(CommandError) {
        if caller.role < role { throw refusal(what, role, caller) }
    }

    private static func refusal(
        _ what: String, _ role: Role, _ caller: Caller
    ) -> CommandError {
        CommandError(
            .noPerm, "\(what) needs the role \(role.name), \(caller.name) has \(caller.role.name)")
    }
}

extension Caller {
    /// Whether an event may be shown to the caller, by whatever feed or page: internal ones to
    /// nobody, those of accounts and administrators to administrators, those of rules and channels
    /// from operators on, those of stations to whoever acts for one of them. Events of the catalog
    /// concern all; a ship that is tracked shows the cargo aboard, all of which must be the
    /// caller's.
    package func maySee(_ event: borrowing Event, names: Names) -> Bool {
        if event.type.isInternal { return false }
        if event.type.isForAdmins { return role == .admin }
        switch event.data {
        case .plugin, .channel: if role < .operator { return false }
        default: break
        }
        guard let stations else { return true }
        switch event.data {
        case .trade, .shipment, .inventory, .plugin, .channel, .notices: break
        case .ship(_, _, let aboard, _):
            return aboard.allSatisfy { maySee($0.after, names: names) }
        case .station, .item, .currency, .rate: return true
        case .system, .user, .grant: return role == .admin
        }
        var isSeen = false
        event.forEachStation { station in
            if stations.contains(names.station(station)) { isSeen = true }
        }
        return isSeen
    }

    /// Whether a trade is one of the caller's: its seller's or its buyer's.
    package func maySee(_ trade: borrowing Trade, names: Names) -> Bool {
        stations == nil || mayActFor(names.station(trade.seller))
            || mayActFor(names.station(trade.buyer))
    }

    /// Whether a shipment is one of the caller's: its origin's or its destination's.
    package func maySee(_ shipment: borrowing Shipment, names: Names) -> Bool {
        stations == nil || mayActFor(names.station(shipment.origin))
            || mayActFor(names.station(shipment.destination))
    }
}
