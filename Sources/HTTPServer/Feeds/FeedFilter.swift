import Basics
import Domain
import Ledger

/// A set of types of events: one bit each.
struct EventTypeSet: Hashable, Sendable {
    private var words: [UInt64] = [0, 0, 0, 0]

    /// Whether a type is in it. Types beyond the set's 256 bits never are.
    func contains(_ type: EventType) -> Bool {
        let number = Int(type.rawValue)
        return number < 256 && words[number / 64] >> UInt64(number % 64) & 1 == 1
    }

    mutating func insert(_ type: EventType) {
        let number = Int(type.rawValue)
        if number < 256 { words[number / 64] |= 1 << UInt64(number % 64) }
    }

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }
}

/// Which events a subscriber wants, of those that it may see.
struct FeedFilter: Hashable, Sendable {
    /// Longest list of types or stations.
    static let maximumNames = 64

    let types: EventTypeSet
    /// Events that concern one of these; nil: all, also those that concern no station.
    let stations: [StationNumber]?

    /// - Parameters:
    ///   - types: names and patterns such as `trade.*`; empty as `*`, which leaves operational
    ///     events out.
    ///   - stations: ids; empty: all.
    /// - Throws: `RANGE` for a pattern that no event fits and for lists that are too long,
    ///   `NOTFOUND` for a station that is not there.
    init(types: [String], stations: [String], names: Names) throws(CommandError) {
        if types.count > Self.maximumNames || stations.count > Self.maximumNames {
            throw CommandError(.range, "a filter has at most \(Self.maximumNames) names")
        }
        var set = EventTypeSet()
        for pattern in types.isEmpty ? ["*"] : types { try Self.insert(pattern, into: &set) }
        self.types = set
        if stations.isEmpty {
            self.stations = nil
            return
        }
        var numbers: Set<UInt32> = []
        for text in stations {
            guard let id = Identifier(text), let number = names.stations.number(of: id) else {
                throw CommandError.notFound("station", String(text.prefix(64)))
            }
            numbers.insert(number)
        }
        self.stations = numbers.sorted().map { StationNumber($0) }
    }

    private static func insert(
        _ pattern: String, into set: inout EventTypeSet
    ) throws(CommandError) {
        do throws(ValueError) { try Glob.check(pattern.utf8.span) } catch {
            throw CommandError(error)
        }
        var isKnown = false
        for type in EventType.allCases where !type.isInternal {
            if pattern == "*" && type.isOperational { continue }
            if Glob.matches("\(type.name)".utf8.span, pattern: pattern.utf8.span) {
                set.insert(type)
                isKnown = true
            }
        }
        if !isKnown {
            throw CommandError(
                .range, "no type of event fits \(ValueError.quoted(pattern.utf8.span))")
        }
    }

    /// Whether an event is wanted.
    func wants(_ event: Event) -> Bool {
        if !types.contains(event.type) { return false }
        guard let stations else { return true }
        var isWanted = false
        event.forEachStation { station in
            if stations.contains(station) { isWanted = true }
        }
        return isWanted
    }
}
