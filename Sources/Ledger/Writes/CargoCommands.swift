import Basics
import Domain
import Storage

/// The write commands of `CARGO`.
enum CargoCommands {
    private static let defaultTransitMilliseconds: Int64 = 7 * 24 * 3_600 * 1_000

    private enum CreateOption: String, CaseIterable {
        case id = "ID"
        case eta = "ETA"
    }

    static func create(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let origin = try Lookup.station(words, &cursor, "origin", transaction)
        let destination = try Lookup.station(words, &cursor, "destination", transaction)
        let parts = try parts(words, &cursor, transaction)
        if parts.isEmpty {
            throw CommandError(.syntax, "a shipment needs at least one item:quantity")
        }
        var id: Identifier?
        var eta =
            transaction.now.adding(milliseconds: defaultTransitMilliseconds) ?? transaction.now
        while let option = try cursor.option(words, of: CreateOption.self) {
            switch option {
            case .id: id = try Lookup.newIdentifier(words, &cursor, "ID")
            case .eta: eta = try Lookup.eta(words, &cursor, transaction)
            }
        }
        if let id, try replay(id, origin, destination, parts, transaction, reply) { return }
        let shipment = try ShipmentDecision.create(
            id: id, origin: origin, destination: destination, parts: parts, eta: eta, transaction)
        show(shipment, transaction, reply)
    }

    /// `item:qty` words; a price has no place here.
    private static func parts(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> [ShipmentDecision.Part] {
        var parts: [ShipmentDecision.Part] = []
        for line in try Lookup.lines(words, &cursor, transaction) {
            if line.named != nil {
                throw CommandError(.syntax, "cargo has no prices: write item:quantity")
            }
            parts.append(ShipmentDecision.Part(item: line.item, quantity: line.quantity))
        }
        return parts
    }

    private static func replay(
        _ id: Identifier, _ origin: StationNumber, _ destination: StationNumber,
        _ parts: [ShipmentDecision.Part], _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) -> Bool {
        guard let claimed = try transaction.identity(.shipment, id) else { return false }
        guard let event = try transaction.event(claimed.seq),
            case .shipment(let change) = event.data
        else {
            throw CommandError(.err, "the event \(claimed.seq) of shipment \(id) cannot be read")
        }
        let first = change.shipment
        if claimed.requestHash != transaction.requestHash {
            var field = "an option (ETA)"
            if first.lines.count != parts.count { field = "the number of lines" }
            for (line, part) in zip(first.lines, parts) {
                if line.item != part.item { field = "item" }
                if line.quantity != part.quantity { field = "quantity" }
            }
            if first.destination != destination { field = "destination" }
            if first.origin != origin { field = "origin" }
            throw CommandError(
                .conflict, "shipment \(id) was made by another request: \(field) differs")
        }
        reply.value = .record
        reply.body.appendJSON(first, names: transaction.names, replayed: true)
        return true
    }

    private enum DispatchOption: String, CaseIterable {
        case ship = "BY"
        case eta = "ETA"
    }

    static func dispatch(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        var ship: ShipNumber?
        var eta: Timestamp?
        while let option = try cursor.option(words, of: DispatchOption.self) {
            switch option {
            case .ship: ship = try Lookup.ship(words, &cursor, transaction)
            case .eta: eta = try Lookup.eta(words, &cursor, transaction)
            }
        }
        show(
            try ShipmentDecision.dispatch(shipment, by: ship, eta: eta, transaction), transaction,
            reply)
    }

    private enum NoteOption: String, CaseIterable { case note = "NOTE" }

    static func track(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        let position = try Lookup.position(words, &cursor)
        var note: String?
        while let option = try cursor.option(words, of: NoteOption.self) {
            switch option {
            case .note: note = try Lookup.text(words, &cursor, "NOTE")
            }
        }
        show(
            try ShipmentDecision.track(shipment, position: position, note: note, transaction),
            transaction, reply)
    }

    private enum ReasonOption: String, CaseIterable { case reason = "REASON" }

    /// A shipment and the optional `REASON` behind it.
    private static func shipmentAndReason(
        _ words: borrowing ArgumentVector, _ transaction: Transaction
    ) throws(CommandError) -> (Shipment, String?) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        var reason: String?
        while let option = try cursor.option(words, of: ReasonOption.self) {
            switch option {
            case .reason: reason = try Lookup.text(words, &cursor, "REASON")
            }
        }
        return (shipment, reason)
    }

    static func hold(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (shipment, reason) = try shipmentAndReason(words, transaction)
        show(
            try ShipmentDecision.setHeld(shipment, true, reason: reason, transaction),
            transaction, reply)
    }

    static func resume(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (shipment, reason) = try shipmentAndReason(words, transaction)
        show(
            try ShipmentDecision.setHeld(shipment, false, reason: reason, transaction),
            transaction, reply)
    }

    static func eta(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        let eta = try Lookup.eta(words, &cursor, transaction)
        try cursor.finish(words)
        show(
            try ShipmentDecision.reschedule(shipment, eta: eta, transaction), transaction, reply)
    }

    static func cancel(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (shipment, reason) = try shipmentAndReason(words, transaction)
        show(
            try ShipmentDecision.cancel(shipment, reason: reason, transaction), transaction, reply)
    }

    static func lose(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (shipment, reason) = try shipmentAndReason(words, transaction)
        show(try ShipmentDecision.lose(shipment, reason: reason, transaction), transaction, reply)
    }

    static func giveBack(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (shipment, reason) = try shipmentAndReason(words, transaction)
        show(
            try ShipmentDecision.giveBack(shipment, reason: reason, transaction), transaction,
            reply)
    }

    /// `CARGO DELIVER id [item:qty …] [LOST item:qty …] [REASON r]`
    static func deliver(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        var receipts = try parts(words, &cursor, transaction).map {
            DeliveryDecision.Receipt(item: $0.item, quantity: $0.quantity, lost: 0, reason: nil)
        }
        if cursor.matchKeyword(words, "LOST") {
            let lost = try parts(words, &cursor, transaction)
            if lost.isEmpty { throw CommandError(.syntax, "LOST needs at least one item:quantity") }
            for part in lost {
                receipts.append(
                    DeliveryDecision.Receipt(
                        item: part.item, quantity: 0, lost: part.quantity, reason: nil))
            }
        }
        while let option = try cursor.option(words, of: ReasonOption.self) {
            switch option {
            case .reason:
                let reason = try Lookup.text(words, &cursor, "REASON")
                for index in receipts.indices { receipts[index].reason = reason }
            }
        }
        show(try DeliveryDecision.deliver(shipment, receipts, transaction), transaction, reply)
    }

    private static func show(_ shipment: Shipment, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(shipment, names: transaction.names)
    }
}
