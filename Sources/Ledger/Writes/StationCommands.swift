import Basics
import Domain

/// The write commands of `STATION`.
enum StationCommands {
    private enum Option: String, CaseIterable {
        case name = "NAME"
        case kind = "KIND"
        case orbits = "ORBITS"
        case at = "AT"
        case attributes = "META"
    }

    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try Lookup.newIdentifier(words, &cursor, "station")
        if id.isVirtualPlace {
            throw CommandError(.syntax, "station \(id) is the name of a virtual place")
        }
        if transaction.names.stations.number(of: id) != nil {
            throw CommandError(.exists, "station \(id) exists")
        }
        if transaction.state.stations.count >= SymbolTable.limit {
            throw CommandError(.limit, "there are at most \(SymbolTable.limit) stations")
        }
        var station = Station(
            number: StationNumber(UInt32(transaction.state.stations.count + 1)), id: id,
            created: transaction.now, seq: transaction.nextSeq)
        try parse(&station, words, &cursor, transaction)
        transaction.emit(.stationAdded, .station(before: nil, after: station))
        show(station, transaction, reply)
    }

    static func set(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try station(words, &cursor, transaction)
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "STATION SET needs at least one option")
        }
        var after = before
        try parse(&after, words, &cursor, transaction)
        if before.kind == .planet && after.kind != .planet {
            try requireNoSatellite(before, transaction)
        }
        change(.stationChanged, from: before, &after, transaction)
        show(after, transaction, reply)
    }

    private static func requireNoSatellite(
        _ planet: Station, _ transaction: Transaction
    ) throws(CommandError) {
        for station in transaction.state.stations where station.orbits == planet.number {
            throw CommandError(
                .badState,
                "station \(planet.id) stays a planet: station \(station.id) orbits it")
        }
    }

    static func close(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try setStatus(.closed, .stationClosed, words, transaction, reply)
    }

    static func open(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try setStatus(.open, .stationOpened, words, transaction, reply)
    }

    private static func setStatus(
        _ status: StationStatus, _ type: EventType, _ words: borrowing ArgumentVector,
        _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try station(words, &cursor, transaction)
        try cursor.finish(words)
        if before.status == status {
            throw CommandError(.badState, "station \(before.id) is \(status.name) already")
        }
        var after = before
        after.status = status
        change(type, from: before, &after, transaction)
        show(after, transaction, reply)
    }

    private static func station(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Station {
        let number = try Lookup.station(words, &cursor, "station", transaction)
        guard let station = transaction.state.station(number) else {
            throw .notFound("station", "\(number.raw)")
        }
        try ShipmentDecision.requireScope([number], transaction)
        return station
    }

    private static func change(
        _ type: EventType, from before: Station, _ after: inout Station,
        _ transaction: Transaction
    ) {
        after.updated = transaction.now
        after.seq = transaction.nextSeq
        transaction.emit(type, .station(before: before, after: after))
    }

    private static func parse(
        _ station: inout Station, _ words: borrowing ArgumentVector,
        _ cursor: inout ArgumentCursor, _ transaction: Transaction
    ) throws(CommandError) {
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .name:
                station.name =
                    try Lookup.optionalText(words, &cursor, "NAME", transaction) ?? station.id.text
            case .kind:
                station.kind = try Choice.of(StationKind.self, words, &cursor, "KIND") { $0.name }
            case .orbits: station.orbits = try orbits(words, &cursor, station.id, transaction)
            case .at:
                station.position =
                    cursor.matchKeyword(words, "NONE") ? nil : try Lookup.position(words, &cursor)
            case .attributes:
                station.attributes = try Lookup.attributes(words, &cursor, transaction)
            }
        }
    }

    private static func orbits(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ id: Identifier,
        _ transaction: Transaction
    ) throws(CommandError) -> StationNumber? {
        if cursor.matchKeyword(words, "NONE") { return nil }
        let number = try Lookup.station(words, &cursor, "ORBITS", transaction)
        guard let planet = transaction.state.station(number) else { return nil }
        if planet.kind != .planet || planet.id == id {
            throw CommandError(.badState, "ORBITS names \(planet.id), which is not a planet")
        }
        return number
    }

    private static func show(_ station: Station, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(station, names: transaction.names)
    }
}

/// One of the words of an enumeration.
enum Choice {
    /// - Throws: `SYNTAX` with the words that would do.
    static func of<Value: CaseIterable>(
        _ type: Value.Type, _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ name: StaticString, _ text: (Value) -> StaticString
    ) throws(CommandError) -> Value {
        let word = try cursor.word(words, name)
        for value in type.allCases where word.equalsFolded(text(value)) { return value }
        let known = type.allCases.map { "\(text($0))" }.joined(separator: ", ")
        throw CommandError(
            .syntax, "\(name) is one of \(known), got \(ValueError.quoted(word))")
    }
}
