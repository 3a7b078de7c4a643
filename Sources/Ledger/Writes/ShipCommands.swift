import Basics
import Domain

/// The write commands of `SHIP`.
enum ShipCommands {
    private enum Option: String, CaseIterable {
        case name = "NAME"
        case mass = "MASS"
        case volume = "VOLUME"
        case docked = "DOCKED"
        case status = "STATUS"
    }

    static func add(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try Lookup.newIdentifier(words, &cursor, "ship")
        if transaction.names.ships.number(of: id) != nil {
            throw CommandError(.exists, "ship \(id) exists")
        }
        if transaction.state.ships.count >= SymbolTable.limit {
            throw CommandError(.limit, "there are at most \(SymbolTable.limit) ships")
        }
        var ship = Ship(
            number: ShipNumber(UInt32(transaction.state.ships.count + 1)), id: id,
            seq: transaction.nextSeq)
        try parse(&ship, words, &cursor, transaction)
        transaction.emit(.shipAdded, .ship(before: nil, after: ship, aboard: [], note: nil))
        show(ship, transaction, reply)
    }

    static func set(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try ship(words, &cursor, transaction)
        if cursor.isAtEnd(words) {
            throw CommandError(.syntax, "SHIP SET needs at least one option")
        }
        var after = before
        try parse(&after, words, &cursor, transaction)
        if !before.aboard.isEmpty && after.status != before.status {
            throw CommandError(
                .badState,
                "ship \(before.id) carries \(before.aboard.count) shipments: its status follows "
                    + "them")
        }
        after.seq = transaction.nextSeq
        transaction.emit(.shipChanged, .ship(before: before, after: after, aboard: [], note: nil))
        show(after, transaction, reply)
    }

    private enum NoteOption: String, CaseIterable { case note = "NOTE" }

    /// `TRACK id x y z [NOTE text]`: the shipments aboard move along.
    static func track(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let before = try ship(words, &cursor, transaction)
        let position = try Lookup.position(words, &cursor)
        var note: String?
        while let option = try cursor.option(words, of: NoteOption.self) {
            switch option {
            case .note: note = try Lookup.text(words, &cursor, "NOTE", transaction)
            }
        }
        let seq = transaction.nextSeq
        var aboard: [RecordChange<Shipment>] = []
        for key in before.aboard {
            guard var shipment = try transaction.shipment(key) else { continue }
            let previous = shipment.seq
            shipment.position = position
            shipment.seq = seq
            aboard.append(RecordChange(after: shipment, previous: previous))
        }
        var after = before
        after.position = position
        after.seq = seq
        transaction.emit(
            .shipTracked, .ship(before: before, after: after, aboard: aboard, note: note))
        show(after, transaction, reply)
    }

    private static func ship(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Ship {
        let number = try Lookup.ship(words, &cursor, transaction)
        guard let ship = transaction.state.ship(number) else {
            throw .notFound("ship", "\(number.raw)")
        }
        return ship
    }

    private static func parse(
        _ ship: inout Ship, _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) {
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .name:
                ship.name =
                    try Lookup.optionalText(words, &cursor, "NAME", transaction) ?? ship.id.text
            case .mass: ship.massCapacity = try Measure.mass(words, &cursor)
            case .volume: ship.volumeCapacity = try Measure.volume(words, &cursor)
            case .docked:
                if cursor.matchKeyword(words, "NONE") {
                    ship.station = nil
                } else {
                    let station = try Lookup.station(words, &cursor, "DOCKED", transaction)
                    ship.station = station
                    ship.status = .docked
                    ship.position = transaction.state.station(station)?.position
                }
            case .status:
                ship.status = try Choice.of(ShipStatus.self, words, &cursor, "STATUS") { $0.name }
                if ship.status == .inTransit { ship.station = nil }
            }
        }
    }

    private static func show(_ ship: Ship, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(ship, names: transaction.names)
    }
}
