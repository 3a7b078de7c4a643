import Basics
import Domain
import Storage

/// Names what differs between a request and the one that claimed its id or key: the field where
/// the event of the first one tells it, else what is left.
///
/// `MAX`, `TRACE` and whether `CURRENCY` was named leave no trace in an event; there the hash of
/// the first request tells, held against this request with and without them.
enum RequestDifference {
    // MARK: Trades

    /// The first field in which a request differs from the one that made a trade.
    static func ofTrade(
        _ event: Event, _ change: TradeChange, _ request: TradeDecision.Request,
        _ words: borrowing ArgumentVector, hash: UInt64, isReservation: Bool,
        _ transaction: Transaction
    ) throws(CommandError) -> String {
        let trade = change.trade
        if (event.type == .tradeReserved) != isReservation { return "the command" }
        if trade.seller != request.seller { return "seller" }
        if trade.buyer != request.buyer { return "buyer" }
        if trade.lines.count != request.lines.count { return "the number of lines" }
        for (line, asked) in zip(trade.lines, request.lines) {
            if line.item != asked.item { return "item" }
            if line.quantity != asked.quantity { return "quantity" }
        }
        if let currency = request.currency, currency != trade.currency { return "CURRENCY" }
        if trade.reference != request.reference { return "REF" }
        if trade.attributes != request.attributes { return "META" }
        if trade.occurred != request.occurred { return "OCCURRED" }
        if differsInPrice(change, request, transaction) { return "price" }
        let shipment = isReservation ? nil : try shipment(of: trade, transaction)
        let eta = isReservation ? trade.eta : shipment?.promised
        if try differsInETA(
            eta, isOpen: isReservation, event, words, made: trade.created, transaction)
        {
            return "ETA"
        }
        if let asked = request.expires, let expires = trade.expires,
            asked.milliseconds - transaction.now.milliseconds
                != expires.milliseconds - trade.created.milliseconds
        {
            return "TTL"
        }
        return ofUnrecorded(trade, words, hash: hash)
    }

    /// The base price of each line: rules stand behind it.
    private static func differsInPrice(
        _ change: TradeChange, _ request: TradeDecision.Request, _ transaction: Transaction
    ) -> Bool {
        let scale = transaction.names.scale(of: change.trade.currency)
        var seen: Set<Int> = []
        for step in change.steps where step.line < request.lines.count {
            if !seen.insert(step.line).inserted { continue }
            let named = request.lines[step.line].named
            if (step.source == .named) != (named != nil) { return true }
            if let named, (try? named.amount(scale: scale)) != step.after { return true }
        }
        return false
    }

    private static func shipment(
        of trade: Trade, _ transaction: Transaction
    ) throws(CommandError) -> Shipment? {
        guard let reference = trade.shipments.first,
            let event = try transaction.event(reference.key.seq),
            case .shipment(let change) = event.data
        else { return nil }
        return change.shipment
    }

    /// - Parameters:
    ///   - found: the ETA that came of the first request.
    ///   - isOpen: nil stands for an ETA that was not named.
    ///   - made: the time that relative times counted from.
    private static func differsInETA(
        _ found: Timestamp?, isOpen: Bool, _ event: Event, _ words: borrowing ArgumentVector,
        made: Timestamp, _ transaction: Transaction
    ) throws(CommandError) -> Bool {
        let grammar = try CommandTable.find(words).grammar
        guard let range = grammar.range(of: "ETA", in: words) else {
            if isOpen { return found != nil }
            // A rule may have said it.
            if !event.cause.rules.isEmpty { return false }
            return found != made.adding(milliseconds: Lookup.defaultTransitMilliseconds)
        }
        var cursor = ArgumentCursor(at: range.lowerBound + 1)
        return try cursor.timestamp(words, "ETA", now: made) != found
    }

    /// What the event does not hold: found by making the first request's hash again.
    private static func ofUnrecorded(
        _ trade: Trade, _ words: borrowing ArgumentVector, hash: UInt64
    ) -> String {
        guard let spec = try? CommandTable.find(words) else { return "the command" }
        let (currency, maximum, trace) = ("CURRENCY", "MAX", "TRACE")
        let hasMaximum = spec.grammar.range(of: maximum, in: words) != nil
        for choice in 1..<8 {
            var names: [String] = []
            if choice & 1 != 0 { names.append(trace) }
            if choice & 2 != 0 { names.append(currency) }
            if choice & 4 != 0 { names.append(maximum) }
            // Another maximum cannot be guessed, only its absence.
            if choice & 4 != 0 && !hasMaximum { continue }
            var other = ArgumentVector()
            copy(words, without: names, spec.grammar, to: &other)
            for name in names where spec.grammar.range(of: name, in: words) == nil {
                other.append(name)
                if name == currency { other.append(trade.currency.text) }
            }
            if RequestHash.of(other, spec) == hash { return names.joined(separator: " and ") }
        }
        return "MAX, or the way in which a value is written,"
    }

    private static func copy(
        _ words: borrowing ArgumentVector, without names: [String], _ grammar: RequestGrammar,
        to other: inout ArgumentVector
    ) {
        var left: [Range<Int>] = []
        for name in names {
            if let range = grammar.range(of: name, in: words) { left.append(range) }
        }
        for index in 0..<words.count where !left.contains(where: { $0.contains(index) }) {
            other.append(words[index])
        }
    }

    // MARK: Shipments

    /// The first field in which a request differs from the one that made a shipment.
    static func ofShipment(
        _ event: Event, _ first: Shipment, _ request: CargoCommands.Request,
        _ words: borrowing ArgumentVector, _ transaction: Transaction
    ) throws(CommandError) -> String {
        if first.origin != request.origin { return "origin" }
        if first.destination != request.destination { return "destination" }
        if first.lines.count != request.parts.count { return "the number of lines" }
        for (line, part) in zip(first.lines, request.parts) {
            if line.item != part.item { return "item" }
            if line.quantity != part.quantity { return "quantity" }
        }
        let isETA = try differsInETA(
            first.promised, isOpen: false, event, words, made: first.created, transaction)
        return isETA ? "ETA" : "ETA, or the way in which a value is written,"
    }
}
