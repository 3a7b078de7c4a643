import Basics
import Domain

/// What a cargo command may do to a shipment, and the events that say so. Each function checks all
/// before it emits anything.
enum ShipmentDecision {
    /// One item of a request about cargo.
    struct Part {
        let item: ItemNumber
        let quantity: Int64
    }

    /// Mass in grams and volume in cubic decimetres of some lines.
    static func load(
        of lines: [ShipmentLine], _ transaction: Transaction
    ) throws(CommandError) -> (mass: Int64, volume: Int64) {
        var mass: Int128 = 0
        var volume: Int128 = 0
        for line in lines {
            guard let item = transaction.state.terms(line.item) else { continue }
            mass += Int128(item.mass) * Int128(line.quantity)
            volume += Int128(item.volume) * Int128(line.quantity)
        }
        guard let grams = Int64(exactly: mass), let litres = Int64(exactly: volume) else {
            throw CommandError(
                .range, "the cargo's mass or volume leaves the range of 64-bit numbers")
        }
        return (grams, litres)
    }

    /// A transfer between two stations: takes stock from its origin like a sale without a price.
    static func create(
        id: Identifier?, origin: StationNumber, destination: StationNumber, parts: [Part],
        eta: Timestamp, isETANamed: Bool, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        if origin == destination {
            let name = transaction.names.station(origin)
            throw CommandError(.badState, "\(name) cannot ship to itself")
        }
        try TradeDecision.checkOpen(origin, transaction)
        try TradeDecision.checkOpen(destination, transaction)
        try requireScope([origin], transaction)
        try Lookup.checkETA(eta, transaction)
        var moves = StockMoves()
        for part in parts {
            try Lookup.checkActive(part.item, transaction)
            try moves.onHand(
                origin, part.item, by: -part.quantity, against: .transit, transaction)
        }
        try moves.checkInvariants(transaction)
        for part in parts {
            try moves.incoming(destination, part.item, by: part.quantity, transaction)
        }
        try moves.checkCapacity(at: destination, transaction)
        let lines = parts.map { ShipmentLine(item: $0.item, quantity: $0.quantity) }
        let (mass, volume) = try load(of: lines, transaction)
        let key = RecordKey(seq: transaction.nextSeq)
        var shipment = Shipment(
            key: key, id: id ?? key.serverChosenIdentifier(created: transaction.now), trade: nil,
            tradeID: nil, origin: origin, destination: destination, lines: lines, mass: mass,
            volume: volume, eta: eta, created: transaction.now)
        if !isETANamed { try applyRules(to: &shipment, transaction) }
        transaction.takeReferences()
        let identity = id.map {
            RequestIdentity(kind: .shipment, name: $0, requestHash: transaction.requestHash)
        }
        transaction.emit(
            .shipmentCreated,
            .shipment(
                ShipmentChange(
                    shipment: shipment, previous: 0, stock: moves.seal(seq: key.seq))),
            identity: identity)
        moves.emitLow(transaction)
        return shipment
    }

    /// Lets rules say when a new shipment arrives; never in the past.
    static func applyRules(
        to shipment: inout Shipment, _ transaction: Transaction
    ) throws(CommandError) {
        guard let rules = transaction.rules,
            let eta = try rules.eta(shipment, in: transaction)
        else { return }
        shipment.eta = max(eta, transaction.now)
        shipment.promised = shipment.eta
    }

    /// pending → in_transit, aboard a ship where one is named.
    static func dispatch(
        _ found: Shipment, by shipNumber: ShipNumber?, eta: Timestamp?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try require(shipment, in: [.pending], to: .inTransit)
        try requireScope([shipment.origin], transaction)
        if let eta { try Lookup.checkETA(eta, transaction) }
        var ships: [RecordChange<Ship>] = []
        if let shipNumber, let ship = transaction.state.ship(shipNumber) {
            var loaded = try FleetDecision.load(ship, with: shipment)
            loaded.seq = transaction.nextSeq
            ships = [RecordChange(after: loaded, previous: ship.seq)]
            shipment.ship = shipNumber
            shipment.position = ship.position ?? shipment.position
        }
        shipment.status = .inTransit
        shipment.dispatched = transaction.now
        // Where the origin has no place on the map, the one known last stays.
        let origin = transaction.state.station(shipment.origin)?.position
        shipment.position = origin ?? shipment.position
        var details = ShipmentDetails()
        details.ships = ships
        if let eta, eta != shipment.eta {
            details.previousETA = shipment.eta
            shipment.eta = eta
            if eta > transaction.now { shipment.delayed = false }
        }
        emit(.shipmentDispatched, &shipment, details: details, transaction)
        return shipment
    }

    /// in_transit ⇄ held.
    static func setHeld(
        _ found: Shipment, _ isHeld: Bool, reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try require(shipment, in: [isHeld ? .inTransit : .held], to: isHeld ? .held : .inTransit)
        try requireScope([shipment.origin, shipment.destination], transaction)
        shipment.status = isHeld ? .held : .inTransit
        var details = ShipmentDetails()
        details.reason = reason
        emit(
            isHeld ? .shipmentHeld : .shipmentResumed, &shipment, details: details, transaction)
        return shipment
    }

    static func track(
        _ found: Shipment, position: Position, note: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try requireOpen(shipment, "tracked")
        try requireScope([shipment.origin, shipment.destination], transaction)
        shipment.position = position
        var details = ShipmentDetails()
        details.point = TrackingPoint(position: position, note: note, time: transaction.now)
        emit(.shipmentTracked, &shipment, details: details, transaction)
        return shipment
    }

    /// A new ETA; a later one than now clears `delayed`.
    static func reschedule(
        _ found: Shipment, eta: Timestamp, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try requireOpen(shipment, "rescheduled")
        try requireScope([shipment.origin, shipment.destination], transaction)
        try Lookup.checkETA(eta, transaction)
        var details = ShipmentDetails()
        details.previousETA = shipment.eta
        shipment.eta = eta
        if eta > transaction.now { shipment.delayed = false }
        emit(.shipmentRescheduled, &shipment, details: details, transaction)
        return shipment
    }

    /// The ETA has passed before a final status: said once, by the leader's clock.
    static func markDelayed(_ found: Shipment, _ transaction: Transaction) {
        var shipment = found
        shipment.delayed = true
        emit(.shipmentDelayed, &shipment, transaction)
    }

    /// Ends a shipment that has not left: `pending` only, and never a trade's own.
    static func cancel(
        _ found: Shipment, reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try require(shipment, in: [.pending], to: .cancelled)
        if let trade = shipment.tradeID {
            throw CommandError(
                .badState,
                "shipment \(shipment.id) belongs to trade \(trade): cancel the trade instead")
        }
        try requireScope([shipment.origin], transaction)
        return try end(
            &shipment, .cancelled, .shipmentCancelled, reason: reason, goods: .origin, transaction)
    }

    /// The open goods are gone: TRANSIT → LOSS.
    static func lose(
        _ found: Shipment, reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try require(shipment, in: [.inTransit, .held], to: .lost)
        try requireScope([shipment.origin, shipment.destination], transaction)
        return try end(
            &shipment, .lost, .shipmentLost, reason: reason, goods: .loss, transaction)
    }

    /// The open goods go back: TRANSIT → origin.
    static func giveBack(
        _ found: Shipment, reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var shipment = found
        try require(shipment, in: [.inTransit, .held], to: .returned)
        try requireScope([shipment.destination], transaction)
        return try end(
            &shipment, .returned, .shipmentReturned, reason: reason, goods: .origin, transaction)
    }

    // MARK: Ending

    private enum Goods { case origin, loss }

    private static func end(
        _ shipment: inout Shipment, _ status: ShipmentStatus, _ type: EventType, reason: String?,
        goods: Goods, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        var moves = StockMoves()
        for index in shipment.lines.indices {
            let line = shipment.lines[index]
            if line.open == 0 { continue }
            try moves.incoming(shipment.destination, line.item, by: -line.open, transaction)
            switch goods {
            case .origin:
                try moves.onHand(
                    shipment.origin, line.item, by: line.open, against: .transit, transaction)
            case .loss: shipment.lines[index].lost = line.lost + line.open
            }
        }
        try moves.checkInvariants(transaction)
        shipment.status = status
        shipment.delayed = false
        var details = ShipmentDetails()
        details.reason = reason
        details.ships = unload(
            shipment, dockedAt: goods == .origin ? shipment.origin : nil, transaction)
        var trade = try settledTrade(of: shipment, transaction)
        emit(
            type, &shipment, stock: moves.seal(seq: transaction.nextSeq), details: details,
            transaction)
        if trade != nil { settle(&trade, transaction) }
        return shipment
    }

    /// Takes the shipment off its ship. An empty ship docks where the cargo went.
    static func unload(
        _ shipment: Shipment, dockedAt station: StationNumber?, _ transaction: Transaction
    ) -> [RecordChange<Ship>] {
        guard let number = shipment.ship, let ship = transaction.state.ship(number) else {
            return []
        }
        var unloaded = FleetDecision.unload(ship, shipment, dockedAt: station, transaction)
        unloaded.seq = transaction.nextSeq
        return [RecordChange(after: unloaded, previous: ship.seq)]
    }

    /// The trade that ends together with this shipment, its fulfilment brought up to date; nil for
    /// a transfer, or where the trade has ended already.
    static func settledTrade(
        of shipment: Shipment, _ transaction: Transaction
    ) throws(CommandError) -> Trade? {
        guard let key = shipment.trade, var trade = try transaction.trade(key),
            trade.status == .initiated
        else { return nil }
        trade.fulfilment = fulfilment(of: shipment)
        return trade
    }

    static func settle(_ trade: inout Trade?, _ transaction: Transaction) {
        guard var ended = trade else { return }
        TradeDecision.settle(&ended, transaction)
        trade = ended
    }

    static func fulfilment(of shipment: Shipment) -> Fulfilment {
        var isFull = true
        var isNone = true
        for line in shipment.lines {
            if line.delivered > 0 { isNone = false }
            if line.delivered < line.quantity { isFull = false }
        }
        return isNone ? .none : (isFull ? .full : .partial)
    }

    // MARK: Checks and small parts

    /// Emits the event that leaves `shipment` as it is now; its seq is set here.
    static func emit(
        _ type: EventType, _ shipment: inout Shipment, stock: [StockChange] = [],
        details: ShipmentDetails = ShipmentDetails(), _ transaction: Transaction
    ) {
        let previous = shipment.seq
        shipment.seq = transaction.nextSeq
        transaction.emit(
            type,
            .shipment(
                ShipmentChange(
                    shipment: shipment, previous: previous, stock: stock, details: details)))
    }

    static func require(
        _ shipment: Shipment, in allowed: [ShipmentStatus], to next: ShipmentStatus
    ) throws(CommandError) {
        if allowed.contains(shipment.status) { return }
        throw CommandError(
            .badState,
            "shipment \(shipment.id) cannot go from \(shipment.status.name) to \(next.name)")
    }

    private static func requireOpen(
        _ shipment: Shipment, _ word: String
    ) throws(CommandError) {
        if shipment.status.isOpen { return }
        throw CommandError(
            .badState,
            "shipment \(shipment.id) is \(shipment.status.name): it cannot be \(word)")
    }

    /// One of the stations is the caller's.
    static func requireScope(
        _ stations: [StationNumber], _ transaction: Transaction
    ) throws(CommandError) {
        if transaction.caller.stations == nil { return }
        for number in stations where transaction.caller.mayActFor(transaction.names.station(number))
        {
            return
        }
        let names = stations.map { transaction.names.station($0).text }.joined(separator: " or ")
        throw CommandError(.noPerm, "\(transaction.caller.name) may not act for \(names)")
    }
}
