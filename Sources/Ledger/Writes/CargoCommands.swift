import Basics
import Domain
import Storage

/// The write commands of `CARGO`.
enum CargoCommands {
    private enum CreateOption: String, CaseIterable {
        case id = "ID"
        case eta = "ETA"
    }

    static func create(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let claim = RequestClaim(words)
        if let id = claim.id, let claimed = try transaction.identity(.shipment, id) {
            try replay(id, claimed, words, transaction, reply)
            return
        }
        let request = try parse(words, transaction)
        let shipment = try ShipmentDecision.create(
            id: request.id, origin: request.origin, destination: request.destination,
            parts: request.parts, eta: request.eta, isETANamed: request.isETANamed, transaction)
        show(shipment, transaction, reply)
    }

    struct Request {
        let origin: StationNumber
        let destination: StationNumber
        let parts: [ShipmentDecision.Part]
        var eta: Timestamp
        var isETANamed = false
        var id: Identifier?
    }

    static func parse(
        _ words: borrowing ArgumentVector, _ transaction: Transaction
    ) throws(CommandError) -> Request {
        var cursor = ArgumentCursor(at: 2)
        let origin = try Lookup.station(words, &cursor, "origin", transaction)
        let destination = try Lookup.station(words, &cursor, "destination", transaction)
        let parts = try parts(words, &cursor, transaction)
        if parts.isEmpty {
            throw CommandError(.syntax, "a shipment needs at least one item:quantity")
        }
        var request = Request(
            origin: origin, destination: destination, parts: parts,
            eta: transaction.now.adding(milliseconds: Lookup.defaultTransitMilliseconds)
                ?? transaction.now)
        while let option = try cursor.option(words, of: CreateOption.self) {
            switch option {
            case .id: request.id = try Lookup.newIdentifier(words, &cursor, "ID")
            case .eta:
                request.eta = try Lookup.eta(words, &cursor, transaction)
                request.isETANamed = true
            }
        }
        return request
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

    /// Answers a repeated id with the first result.
    ///
    /// - Throws: `CONFLICT` where another request made the shipment.
    private static func replay(
        _ id: Identifier, _ claimed: StoredIdentity, _ words: borrowing ArgumentVector,
        _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        guard let event = try transaction.event(claimed.seq),
            case .shipment(let change) = event.data
        else {
            throw CommandError(.err, "the event \(claimed.seq) of shipment \(id) cannot be read")
        }
        let first = change.shipment
        if !RequestHash.matches(claimed.requestHash, transaction.requestHash, words) {
            // Whose it is, and what it was, is no stranger's business.
            if !Lookup.isVisible(first, transaction) {
                throw CommandError(.conflict, "shipment \(id) was made by another request")
            }
            let field = try RequestDifference.ofShipment(
                event, first, try parse(words, transaction), words, transaction)
            throw CommandError(
                .conflict, "shipment \(id) was made by another request: \(field) differs")
        }
        try ShipmentDecision.requireScope([first.origin], transaction)
        reply.value = .record
        reply.body.appendJSON(first, names: transaction.names, replayed: true)
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
            case .note: note = try Lookup.text(words, &cursor, "NOTE", transaction)
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
            case .reason: reason = try Lookup.text(words, &cursor, "REASON", transaction)
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

    /// `item:qty[@reason]` words of what is lost.
    private static func losses(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> [DeliveryDecision.Receipt] {
        var losses: [DeliveryDecision.Receipt] = []
        while cursor.position < words.count, Lookup.hasColon(words[cursor.position]) {
            if losses.count == transaction.limits.tradeLines {
                throw CommandError(
                    .limit, "a receipt has at most \(transaction.limits.tradeLines) lines")
            }
            let word = words[cursor.position]
            var end = 0
            while end < word.count, word[end] != UInt8(ascii: "@") { end += 1 }
            let line = try Lookup.line(word.extracting(0..<end), transaction)
            var reason: String?
            if end < word.count {
                reason = try Lookup.text(
                    word.extracting(end + 1..<word.count), "reason", transaction)
            }
            losses.append(
                DeliveryDecision.Receipt(
                    item: line.item, quantity: 0, lost: line.quantity, reason: reason))
            cursor.position += 1
        }
        return losses
    }

    /// `CARGO DELIVER id [item:qty …] [LOST item:qty[@reason] …] [REASON r]`
    static func deliver(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let shipment = try Lookup.shipment(words, &cursor, transaction)
        var receipts = try parts(words, &cursor, transaction).map {
            DeliveryDecision.Receipt(item: $0.item, quantity: $0.quantity, lost: 0, reason: nil)
        }
        if cursor.matchKeyword(words, "LOST") {
            let lost = try losses(words, &cursor, transaction)
            if lost.isEmpty { throw CommandError(.syntax, "LOST needs at least one item:quantity") }
            receipts += lost
        }
        var reason: String?
        while let option = try cursor.option(words, of: ReasonOption.self) {
            switch option {
            case .reason: reason = try Lookup.text(words, &cursor, "REASON", transaction)
            }
        }
        for index in receipts.indices
        where receipts[index].lost > 0 && receipts[index].reason == nil {
            receipts[index].reason = reason
        }
        show(
            try DeliveryDecision.deliver(shipment, receipts, reason: reason, transaction),
            transaction, reply)
    }

    private static func show(_ shipment: Shipment, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(shipment, names: transaction.names)
    }
}
