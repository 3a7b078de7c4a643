import Basics
import Domain
import Storage

/// The write commands of `TRADE`.
enum TradeCommands {
    private enum TradeOption: String, CaseIterable {
        case id = "ID"
        case currency = "CURRENCY"
        case maximum = "MAX"
        case eta = "ETA"
        case reference = "REF"
        case attributes = "META"
        case ttl = "TTL"
        case occurred = "OCCURRED"
        case trace = "TRACE"
    }

    // MARK: Handlers

    static func create(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try make(words, transaction, reply, isReservation: false)
    }

    static func reserve(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        try make(words, transaction, reply, isReservation: true)
    }

    private static func make(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply,
        isReservation: Bool
    ) throws(CommandError) {
        let claim = RequestClaim(words)
        if let id = claim.id, let claimed = try transaction.identity(.trade, id) {
            try replay(id, claimed, words, transaction, reply, isReservation: isReservation)
            return
        }
        let request = try parse(words, transaction, isReservation: isReservation)
        let (trade, steps) = try TradeDecision.create(request, transaction)
        show(trade, transaction, reply)
        if request.wantsTrace { addTrace(steps, trade, transaction, reply) }
    }

    /// Prices a trade and writes nothing.
    static func quote(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, transaction, isReservation: false)
        try TradeDecision.checkTerms(request, transaction)
        let pricing = try TradeDecision.price(request, isQuote: true, transaction)
        let eta = try TradeDecision.quotedETA(request, pricing, transaction)
        reply.value = .record
        QuoteRendering.append(pricing, request, eta: eta, transaction, to: &reply.body)
    }

    static func commit(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let trade = try Lookup.trade(words, &cursor, transaction)
        try cursor.finish(words)
        try requireParty(trade, transaction)
        // Never in the past: an ETA that has passed since is due at once.
        let eta =
            trade.eta ?? transaction.now.adding(milliseconds: Lookup.defaultTransitMilliseconds)
            ?? transaction.now
        show(
            try TradeDecision.commit(
                trade, eta: max(eta, transaction.now), isNamed: trade.eta != nil, transaction),
            transaction, reply)
    }

    private enum CancelOption: String, CaseIterable { case reason = "REASON" }

    static func cancel(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let trade = try Lookup.trade(words, &cursor, transaction)
        var reason: String?
        while let option = try cursor.option(words, of: CancelOption.self) {
            switch option {
            case .reason: reason = try Lookup.text(words, &cursor, "REASON", transaction)
            }
        }
        try requireParty(trade, transaction)
        show(try TradeDecision.cancel(trade, reason: reason, transaction), transaction, reply)
    }

    private enum PayOption: String, CaseIterable { case reference = "REF" }

    static func pay(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let trade = try Lookup.trade(words, &cursor, transaction)
        var reference: String?
        while let option = try cursor.option(words, of: PayOption.self) {
            switch option {
            case .reference:
                reference = try Lookup.optionalText(words, &cursor, "REF", transaction)
            }
        }
        try ShipmentDecision.requireScope([trade.seller], transaction)
        show(try TradeDecision.pay(trade, reference: reference, transaction), transaction, reply)
    }

    private static func requireParty(
        _ trade: Trade, _ transaction: Transaction
    ) throws(CommandError) {
        try ShipmentDecision.requireScope([trade.seller, trade.buyer], transaction)
    }

    private static func show(_ trade: Trade, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        reply.body.appendJSON(trade, names: transaction.names)
    }

    /// Puts `"steps"` into the document that lies in the reply.
    static func addTrace(
        _ steps: [PriceStep], _ trade: Trade, _ transaction: Transaction, _ reply: Reply
    ) {
        reply.body.truncate(to: reply.body.count - 1)
        reply.body.append(",\"steps\":")
        QuoteRendering.append(
            steps, currency: trade.currency, names: transaction.names, to: &reply.body)
        reply.body.append("}")
    }

    // MARK: Parsing

    static func parse(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, isReservation: Bool
    ) throws(CommandError) -> TradeDecision.Request {
        var cursor = ArgumentCursor(at: 2)
        let seller = try Lookup.station(words, &cursor, "seller", transaction)
        let buyer = try Lookup.station(words, &cursor, "buyer", transaction)
        let lines = try Lookup.lines(words, &cursor, transaction)
        if lines.isEmpty {
            throw CommandError(.syntax, "a trade needs at least one item:quantity")
        }
        var request = TradeDecision.Request(
            seller: seller, buyer: buyer, lines: lines,
            eta: transaction.now.adding(milliseconds: Lookup.defaultTransitMilliseconds)
                ?? transaction.now)
        while let option = try cursor.option(words, of: TradeOption.self) {
            try parse(option, into: &request, words, &cursor, transaction, isReservation)
        }
        if isReservation && request.expires == nil {
            throw CommandError(.syntax, "a reservation needs TTL seconds")
        }
        return request
    }

    private static func parse(
        _ option: TradeOption, into request: inout TradeDecision.Request,
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor,
        _ transaction: Transaction, _ isReservation: Bool
    ) throws(CommandError) {
        switch option {
        case .id: request.id = try Lookup.newIdentifier(words, &cursor, "ID")
        case .currency: request.currency = try cursor.currency(words, "CURRENCY")
        case .maximum:
            let word = try cursor.word(words, "MAX")
            do throws(ValueError) {
                let limit = try MoneyText.parseAnyScale(word)
                request.maximum = RequestedLine.NamedPrice(
                    mantissa: limit.mantissa, fractionDigits: limit.fractionDigits)
            } catch { throw CommandError(error) }
        case .eta:
            request.eta = try Lookup.eta(words, &cursor, transaction)
            request.isETANamed = true
        case .reference:
            request.reference = try Lookup.optionalText(words, &cursor, "REF", transaction)
        case .attributes:
            request.attributes = try Lookup.attributes(words, &cursor, transaction)
        case .ttl:
            if !isReservation {
                throw CommandError(.syntax, "TTL belongs to TRADE RESERVE")
            }
            let longest = Int64(clamping: transaction.limits.ttlSeconds)
            let seconds = try cursor.integer(words, "TTL", in: 1...longest)
            request.expires = transaction.now.adding(milliseconds: seconds * 1_000)
        case .occurred: request.occurred = try cursor.timestamp(words, "OCCURRED")
        case .trace: request.wantsTrace = true
        }
    }

    // MARK: Repeats

    /// Answers a repeated id with the first result. A repeat is known by its words alone: what has
    /// changed since (an item retired, an ETA passed) does not refuse it.
    ///
    /// - Throws: `CONFLICT` where another request made the trade.
    private static func replay(
        _ id: Identifier, _ claimed: StoredIdentity, _ words: borrowing ArgumentVector,
        _ transaction: Transaction, _ reply: Reply, isReservation: Bool
    ) throws(CommandError) {
        guard let event = try transaction.event(claimed.seq), case .trade(let change) = event.data
        else {
            throw CommandError(.err, "the event \(claimed.seq) of trade \(id) cannot be read")
        }
        if !RequestHash.matches(claimed.requestHash, transaction.requestHash, words) {
            // Whose it is, and what it was, is no stranger's business.
            if !Lookup.isVisible(change.trade, transaction) {
                throw CommandError(.conflict, "trade \(id) was made by another request")
            }
            let request = try parse(words, transaction, isReservation: isReservation)
            let field = try RequestDifference.ofTrade(
                event, change, request, words, hash: claimed.requestHash,
                isReservation: isReservation, transaction)
            throw CommandError(
                .conflict, "trade \(id) was made by another request: \(field) differs")
        }
        try requireParty(change.trade, transaction)
        reply.value = .record
        reply.body.appendJSON(change.trade, names: transaction.names, replayed: true)
        if RequestClaim(words).wantsTrace {
            addTrace(change.steps, change.trade, transaction, reply)
        }
    }
}
