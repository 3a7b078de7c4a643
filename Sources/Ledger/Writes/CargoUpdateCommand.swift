import Basics
import Domain

/// `CARGO UPDATE`: any of a shipment's status, ETA, ship and position, as one transaction.
enum CargoUpdateCommand {
    private enum Option: String, CaseIterable {
        case status = "STATUS"
        case eta = "ETA"
        case ship = "BY"
        case position = "AT"
        case note = "NOTE"
        case reason = "REASON"
    }

    private struct Request {
        var status: ShipmentStatus?
        var eta: Timestamp?
        var ship: ShipNumber?
        var position: Position?
        var note: String?
        var reason: String?
    }

    /// What is so already changes nothing: the same request again gives the record as it is.
    ///
    /// - Throws: `BADSTATE` for a move that the present status does not allow.
    static func update(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var shipment = try Lookup.shipment(words, &cursor, transaction)
        let request = try parse(words, &cursor, transaction)
        // Where it ends, it is reported before that; where it leaves, behind that.
        let isEnding = request.status.map { !$0.isOpen } ?? false
        if isEnding { try report(request, &shipment, transaction) }
        try move(request, &shipment, transaction)
        if !isEnding { try report(request, &shipment, transaction) }
        reply.value = .record
        reply.body.appendJSON(shipment, names: transaction.names)
    }

    private static func parse(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction
    ) throws(CommandError) -> Request {
        var request = Request()
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .status:
                request.status = try Choice.of(ShipmentStatus.self, words, &cursor, "STATUS") {
                    $0.name
                }
            case .eta: request.eta = try Lookup.eta(words, &cursor, transaction)
            case .ship: request.ship = try Lookup.ship(words, &cursor, transaction)
            case .position: request.position = try Lookup.position(words, &cursor)
            case .note: request.note = try Lookup.text(words, &cursor, "NOTE", transaction)
            case .reason: request.reason = try Lookup.text(words, &cursor, "REASON", transaction)
            }
        }
        return request
    }

    // MARK: Parts

    private static func move(
        _ request: Request, _ shipment: inout Shipment, _ transaction: Transaction
    ) throws(CommandError) {
        let reason = request.reason
        let isLeaving = request.status == .inTransit && shipment.status == .pending
        if let ship = request.ship, ship != shipment.ship, !isLeaving {
            throw CommandError(
                .badState,
                "shipment \(shipment.id) is \(shipment.status.name): a ship is named when it "
                    + "leaves")
        }
        guard let status = request.status, status != shipment.status else { return }
        switch status {
        case .pending: throw Self.illegal(shipment, status)
        case .inTransit:
            shipment =
                isLeaving
                ? try ShipmentDecision.dispatch(
                    shipment, by: request.ship, eta: request.eta, transaction)
                : try ShipmentDecision.setHeld(shipment, false, reason: reason, transaction)
        case .held:
            shipment = try ShipmentDecision.setHeld(shipment, true, reason: reason, transaction)
        case .delivered:
            shipment = try DeliveryDecision.deliver(shipment, [], reason: reason, transaction)
        case .cancelled:
            shipment = try ShipmentDecision.cancel(shipment, reason: reason, transaction)
        case .lost: shipment = try ShipmentDecision.lose(shipment, reason: reason, transaction)
        case .returned:
            shipment = try ShipmentDecision.giveBack(shipment, reason: reason, transaction)
        }
    }

    /// The ETA and the place, where they are new.
    private static func report(
        _ request: Request, _ shipment: inout Shipment, _ transaction: Transaction
    ) throws(CommandError) {
        if let eta = request.eta, eta != shipment.eta {
            shipment = try ShipmentDecision.reschedule(shipment, eta: eta, transaction)
        }
        if request.position == nil && request.note == nil { return }
        if request.note == nil && request.position == shipment.position { return }
        guard let position = request.position ?? shipment.position else {
            throw CommandError(
                .badState, "shipment \(shipment.id) has no position yet: a note needs one")
        }
        shipment = try ShipmentDecision.track(
            shipment, position: position, note: request.note, transaction)
    }

    private static func illegal(_ shipment: Shipment, _ next: ShipmentStatus) -> CommandError {
        CommandError(
            .badState,
            "shipment \(shipment.id) cannot go from \(shipment.status.name) to \(next.name)")
    }
}
