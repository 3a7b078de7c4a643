package import Domain

/// Which events go to which channels without a rule: the plain routes of all enabled channels.
///
/// A pattern is the name of a type or a glob pattern of names. `*` leaves operational events out;
/// `notice.*` events are never routed, or a channel would feed itself, nor those that only
/// administrators see.
package struct RouteTable: Sendable {
    /// A channel that an event goes to.
    package struct Target: Equatable, Sendable {
        package let channel: Identifier
        package let number: UInt32
    }

    private struct Row {
        let target: Target
        /// Of the route, and of the channel: an event must concern both.
        let stations: [StationNumber]
    }

    /// By type; a type that no route wants is absent.
    private var rows: [EventType: [Row]] = [:]
    /// A bit for the number of each type that some route wants.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// Complexity: O(routes × types); once per change of a channel.
    package init(_ channels: [Channel] = []) {
        for channel in channels.sorted(by: { $0.number < $1.number }) {
            if channel.isRemoved || channel.status == .disabled || channel.routes.isEmpty {
                continue
            }
            for type in EventType.allCases { add(channel, type) }
        }
    }

    private mutating func add(_ channel: Channel, _ type: EventType) {
        let target = Target(channel: channel.id, number: channel.number)
        for route in channel.routes where RouteTable.fits(route.pattern, type) {
            let stations = [route.station, channel.station].compactMap { $0 }
            rows[type, default: []].append(Row(target: target, stations: stations))
            // A shift beyond a word gives 0.
            low |= 1 << UInt64(type.rawValue)
            if type.rawValue >= 64 { high |= 1 << UInt64(type.rawValue - 64) }
        }
    }

    /// Whether no channel has a route.
    package var isEmpty: Bool { rows.isEmpty }

    /// Whether some route wants events of a type. Cost: about 1 ns.
    package func wants(_ type: EventType) -> Bool {
        let number = UInt64(type.rawValue)
        return (number < 64 ? low >> number : high >> (number - 64)) & 1 == 1
    }

    /// The channels that an event goes to, each once.
    package func targets(of event: Event) -> [Target] {
        guard let candidates = rows[event.type] else { return [] }
        var stations: [StationNumber] = []
        event.forEachStation { stations.append($0) }
        var targets: [Target] = []
        for row in candidates where row.stations.allSatisfy(stations.contains) {
            if !targets.contains(row.target) { targets.append(row.target) }
        }
        return targets
    }

    private static func fits(_ pattern: String, _ type: EventType) -> Bool {
        let name = "\(type.name)"
        if type.isInternal || type.isForAdmins || name.hasPrefix("notice.") { return false }
        if pattern == "*" { return !type.isOperational }
        return Glob.matches(name.utf8.span, pattern: pattern.utf8.span)
    }
}
