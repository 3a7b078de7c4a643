import Basics
import Domain

/// What a trade command may do to a trade, and the events that say so. Each function checks all
/// before it emits anything.
enum TradeDecision {
    /// A trade as asked for, parsed and looked up.
    struct Request {
        var seller: StationNumber
        var buyer: StationNumber
        var lines: [RequestedLine]
        var id: Identifier?
        var currency: CurrencyCode?
        /// The most that the buyer will pay, in the currency's own digits.
        var maximum: RequestedLine.NamedPrice?
        var eta: Timestamp
        /// Whether the command named it; a reservation remembers only such a one.
        var isETANamed = false
        var reference: String?
        var attributes: String?
        var occurred: Timestamp?
        /// Set for a reservation.
        var expires: Timestamp?
        var wantsTrace = false
    }

    /// Whether there can be such a trade at all: two open stations, goods that are still sold, an
    /// ETA ahead. A price may be named by the seller alone.
    static func checkTerms(
        _ request: Request, _ transaction: Transaction
    ) throws(CommandError) {
        if request.seller == request.buyer {
            let name = transaction.names.station(request.seller)
            throw CommandError(.badState, "\(name) cannot trade with itself")
        }
        try checkOpen(request.seller, transaction)
        try checkOpen(request.buyer, transaction)
        try Lookup.checkETA(request.eta, transaction)
        var isPriceNamed = false
        for line in request.lines {
            try Lookup.checkActive(line.item, transaction)
            if line.named != nil { isPriceNamed = true }
        }
        let caller = transaction.caller
        if !isPriceNamed || caller.stations == nil { return }
        let seller = transaction.names.station(request.seller)
        if !caller.mayActFor(seller) {
            throw CommandError(
                .noPerm, "naming a price needs the seller \(seller) in the caller's stations")
        }
    }

    static func checkOpen(
        _ number: StationNumber, _ transaction: Transaction
    ) throws(CommandError) {
        let id = transaction.names.station(number)
        guard let isClosed = transaction.state.isClosed(number) else {
            throw .notFound("station", id.text)
        }
        if isClosed {
            var error = CommandError(.closed, "station \(id) is closed")
            error.station = id
            throw error
        }
    }

    /// Prices the request, rules included, and holds it against the buyer's maximum and the rules
    /// that may refuse it.
    ///
    /// - Parameter isQuote: nothing will come of it.
    static func price(
        _ request: Request, isQuote: Bool = false, _ transaction: Transaction
    ) throws(CommandError) -> Pricing {
        var pricing = try Pricing(
            request.lines, seller: request.seller, currency: request.currency, transaction)
        guard let rules = transaction.rules,
            rules.concerns(seller: request.seller, buyer: request.buyer)
        else {
            try checkMaximum(request, pricing)
            return pricing
        }
        let key = RecordKey(seq: transaction.nextSeq)
        var trade = RuleTrade(
            id: request.id ?? key.serverChosenIdentifier(created: transaction.now),
            hasID: request.id != nil, seller: request.seller, buyer: request.buyer,
            currency: pricing.currency, lines: pricing.lines, total: pricing.total,
            now: transaction.now)
        trade.reference = request.reference
        trade.attributes = request.attributes
        trade.isQuote = isQuote
        trade.isReservation = request.expires != nil
        try pricing.apply(rules, to: &trade, transaction)
        try checkMaximum(request, pricing)
        try rules.validate(trade, in: transaction)
        return pricing
    }

    private static func checkMaximum(
        _ request: Request, _ pricing: borrowing Pricing
    ) throws(CommandError) {
        if let maximum = request.maximum {
            // Compared exactly: a maximum is never rounded up.
            let scale = pricing.currency.scale
            let total =
                Int128(pricing.total) * Int128(DecimalText.powerOfTen(maximum.fractionDigits))
            if total > Int128(maximum.mantissa) * Int128(DecimalText.powerOfTen(scale)) {
                let limit = MoneyText.text(maximum.mantissa, scale: maximum.fractionDigits)
                throw CommandError(
                    .rejected,
                    "the total is \(MoneyText.text(pricing.total, scale: scale)) "
                        + "\(pricing.currency.code), above the maximum of \(limit)")
            }
        }
    }

    /// Makes the trade: initiated at once, or reserved where the request has an end.
    ///
    /// - Returns: the trade and the steps of its prices.
    static func create(
        _ request: Request, _ transaction: Transaction
    ) throws(CommandError) -> (trade: Trade, steps: [PriceStep]) {
        try ShipmentDecision.requireScope([request.seller, request.buyer], transaction)
        try checkTerms(request, transaction)
        let isReservation = request.expires != nil
        var moves = StockMoves()
        for line in request.lines {
            if isReservation {
                try moves.reserved(request.seller, line.item, by: line.quantity, transaction)
            } else {
                try moves.onHand(
                    request.seller, line.item, by: -line.quantity, against: .transit, transaction)
            }
        }
        try moves.checkInvariants(transaction)
        for line in request.lines {
            try moves.incoming(request.buyer, line.item, by: line.quantity, transaction)
        }
        try moves.checkCapacity(at: request.buyer, transaction)
        let pricing = try price(request, transaction)

        let key = RecordKey(seq: transaction.nextSeq)
        var trade = Trade(
            key: key, id: request.id ?? key.serverChosenIdentifier(created: transaction.now),
            seller: request.seller, buyer: request.buyer, lines: pricing.lines,
            currency: pricing.currency.code, total: pricing.total,
            status: isReservation ? .reserved : .initiated, actor: transaction.caller.name,
            created: transaction.now)
        trade.reference = request.reference
        trade.attributes = request.attributes
        trade.occurred = request.occurred
        trade.expires = request.expires
        if isReservation && request.isETANamed { trade.eta = request.eta }
        let shipment =
            isReservation
            ? nil
            : try shipment(
                of: &trade, eta: request.eta, isNamed: request.isETANamed, transaction)
        transaction.takeReferences()
        let identity = request.id.map {
            RequestIdentity(kind: .trade, name: $0, requestHash: transaction.requestHash)
        }
        transaction.emit(
            isReservation ? .tradeReserved : .tradeInitiated,
            .trade(
                TradeChange(
                    trade: trade, previous: 0, stock: moves.seal(seq: key.seq),
                    steps: pricing.steps)), identity: identity)
        if let shipment {
            transaction.emit(
                .shipmentCreated, .shipment(ShipmentChange(shipment: shipment, previous: 0)))
        }
        moves.emitLow(transaction)
        return (trade, pricing.steps)
    }

    /// The shipment that a trade makes when it is initiated by the next event.
    ///
    /// - Parameter isNamed: whether the ETA was asked for; else rules may say another.
    private static func shipment(
        of trade: inout Trade, eta: Timestamp, isNamed: Bool, _ transaction: Transaction
    ) throws(CommandError) -> Shipment {
        let key = RecordKey(seq: transaction.nextSeq + 1)
        trade.shipments = [ShipmentReference(key: key, created: transaction.now)]
        let lines = trade.lines.map { ShipmentLine(item: $0.item, quantity: $0.quantity) }
        let (mass, volume) = try ShipmentDecision.load(of: lines, transaction)
        var shipment = Shipment(
            key: key, id: key.serverChosenIdentifier(created: transaction.now),
            trade: trade.key, tradeID: trade.id, origin: trade.seller, destination: trade.buyer,
            lines: lines, mass: mass, volume: volume, eta: eta, created: transaction.now)
        if !isNamed { try ShipmentDecision.applyRules(to: &shipment, transaction) }
        return shipment
    }

    /// The ETA that a quote shows: the one that was asked for, else what rules say.
    static func quotedETA(
        _ request: Request, _ pricing: borrowing Pricing, _ transaction: Transaction
    ) throws(CommandError) -> Timestamp {
        if request.isETANamed || transaction.rules == nil { return request.eta }
        let key = RecordKey(seq: transaction.nextSeq)
        var trade = Trade(
            key: key, id: request.id ?? key.serverChosenIdentifier(created: transaction.now),
            seller: request.seller, buyer: request.buyer, lines: pricing.lines,
            currency: pricing.currency.code, total: pricing.total, status: .initiated,
            actor: transaction.caller.name, created: transaction.now)
        return try shipment(of: &trade, eta: request.eta, isNamed: false, transaction).eta
    }

    /// reserved → initiated: cannot fail on stock or capacity.
    ///
    /// - Parameter isNamed: whether the reservation asked for the ETA; else rules may say another.
    static func commit(
        _ found: Trade, eta: Timestamp, isNamed: Bool, _ transaction: Transaction
    ) throws(CommandError) -> Trade {
        var trade = found
        try require(trade, in: [.reserved], to: .initiated)
        try checkOpen(trade.seller, transaction)
        try checkOpen(trade.buyer, transaction)
        var moves = StockMoves()
        for line in trade.lines {
            try moves.reserved(trade.seller, line.item, by: -line.quantity, transaction)
            try moves.onHand(
                trade.seller, line.item, by: -line.quantity, against: .transit, transaction)
        }
        try moves.checkInvariants(transaction)
        trade.status = .initiated
        trade.expires = nil
        trade.eta = nil
        let shipment = try shipment(of: &trade, eta: eta, isNamed: isNamed, transaction)
        transaction.takeReferences()
        emit(&trade, .tradeCommitted, &moves, reason: nil, transaction)
        transaction.emit(
            .shipmentCreated, .shipment(ShipmentChange(shipment: shipment, previous: 0)))
        moves.emitLow(transaction)
        return trade
    }

    /// reserved → cancelled; initiated → cancelled while no shipment has left.
    static func cancel(
        _ found: Trade, reason: String?, _ transaction: Transaction
    ) throws(CommandError) -> Trade {
        var trade = found
        try require(trade, in: [.reserved, .initiated], to: .cancelled)
        var shipments: [Shipment] = []
        for reference in trade.shipments {
            guard let shipment = try transaction.shipment(reference.key) else { continue }
            if shipment.status != .pending {
                throw CommandError(
                    .badState,
                    "trade \(trade.id) cannot go from initiated to cancelled: shipment "
                        + "\(shipment.id) is \(shipment.status.name)")
            }
            shipments.append(shipment)
        }
        var moves = StockMoves()
        for line in trade.lines {
            if trade.status == .reserved {
                try moves.reserved(trade.seller, line.item, by: -line.quantity, transaction)
            } else {
                try moves.onHand(
                    trade.seller, line.item, by: line.quantity, against: .transit, transaction)
            }
            try moves.incoming(trade.buyer, line.item, by: -line.quantity, transaction)
        }
        try moves.checkInvariants(transaction)
        trade.status = .cancelled
        trade.expires = nil
        emit(&trade, .tradeCancelled, &moves, reason: reason, transaction)
        for shipment in shipments {
            var ended = shipment
            ended.status = .cancelled
            ended.delayed = false
            var details = ShipmentDetails()
            details.reason = reason
            ShipmentDecision.emit(.shipmentCancelled, &ended, details: details, transaction)
        }
        refund(&trade, reason: reason, transaction)
        return trade
    }

    /// reserved → expired, by the leader's clock.
    static func expire(_ found: Trade, _ transaction: Transaction) throws(CommandError) {
        var trade = found
        var moves = StockMoves()
        for line in trade.lines {
            try moves.reserved(trade.seller, line.item, by: -line.quantity, transaction)
            try moves.incoming(trade.buyer, line.item, by: -line.quantity, transaction)
        }
        try moves.checkInvariants(transaction)
        trade.status = .expired
        emit(&trade, .tradeExpired, &moves, reason: nil, transaction)
        refund(&trade, reason: "the reservation expired", transaction)
    }

    /// payment pending → paid.
    static func pay(
        _ found: Trade, reference: String?, _ transaction: Transaction
    ) throws(CommandError) -> Trade {
        var trade = found
        switch trade.status {
        case .reserved, .initiated, .completed: break
        case .cancelled, .expired:
            throw CommandError(
                .badState,
                "trade \(trade.id) cannot go from payment \(trade.payment.name) to paid: it is "
                    + "\(trade.status.name)")
        }
        if trade.payment != .pending {
            throw CommandError(
                .badState,
                "trade \(trade.id) cannot go from payment \(trade.payment.name) to paid")
        }
        trade.payment = .paid
        var moves = StockMoves()
        emit(&trade, .tradePaid, &moves, reason: reference, transaction)
        return trade
    }

    /// Ends a trade whose last open shipment has ended: completed if anything arrived.
    static func settle(_ trade: inout Trade, _ transaction: Transaction) {
        var moves = StockMoves()
        if trade.fulfilment == .none {
            trade.status = .cancelled
            emit(&trade, .tradeCancelled, &moves, reason: "nothing was delivered", transaction)
            refund(&trade, reason: "nothing was delivered", transaction)
        } else {
            trade.status = .completed
            emit(&trade, .tradeCompleted, &moves, reason: nil, transaction)
        }
    }

    private static func refund(_ trade: inout Trade, reason: String?, _ transaction: Transaction) {
        if trade.payment != .paid { return }
        trade.payment = .refunded
        var moves = StockMoves()
        emit(&trade, .tradeRefunded, &moves, reason: reason, transaction)
    }

    private static func emit(
        _ trade: inout Trade, _ type: EventType, _ moves: inout StockMoves, reason: String?,
        _ transaction: Transaction
    ) {
        let previous = trade.seq
        let seq = transaction.nextSeq
        trade.seq = seq
        trade.updated = transaction.now
        transaction.emit(
            type,
            .trade(
                TradeChange(
                    trade: trade, previous: previous, stock: moves.seal(seq: seq), reason: reason)))
    }

    private static func require(
        _ trade: Trade, in allowed: [TradeStatus], to next: TradeStatus
    ) throws(CommandError) {
        if allowed.contains(trade.status) { return }
        throw CommandError(
            .badState, "trade \(trade.id) cannot go from \(trade.status.name) to \(next.name)")
    }
}
