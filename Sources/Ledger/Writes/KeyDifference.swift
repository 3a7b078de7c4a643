import Basics
import Domain
import Storage

/// Names what differs between a request and the one that used its `KEY` first.
struct KeyDifference {
    let event: Event
    let spec: CommandSpec
    let transaction: Transaction
    /// The hash of the first request.
    let hash: UInt64

    /// The first word or option that differs, as far as the event tells; else what is left.
    func name(_ words: borrowing ArgumentVector) -> String {
        if let verb = event.cause.command, "\(verb.name)" != spec.name { return "the command" }
        let known: String?
        switch event.data {
        case .trade(let change): known = trade(change, words)
        case .shipment(let change): known = shipment(change, words)
        case .inventory(let change): known = inventory(change, words)
        case .station(_, let after): known = id(after.id, "station", words)
        case .item(_, let after): known = id(after.id, "item", words)
        case .ship(_, let after, _, let note):
            known =
                id(after.id, "ship", words)
                ?? (spec.name == "SHIP TRACK" ? place(after.position, note, words) : nil)
        case .currency(let currency):
            known = differs(words, 2, currency.code.text) ? "code" : nil
        case .rate(let rate, _):
            known =
                differs(words, 2, rate.base.text)
                ? "base" : differs(words, 3, rate.quote.text) ? "quote" : "rate"
        case .plugin(let change): known = id(change.plugin.name, "name", words)
        case .channel(let change): known = id(change.channel.id, "name", words)
        case .user(let change): known = id(change.user.name, "name", words)
        case .grant(let change):
            known = change.grant.flatMap { grant in
                spec.name == "TOKEN ISSUE"
                    ? id(grant.user, "user", words) : id(grant.id, "id", words)
            }
        case .system, .notices: known = nil
        }
        return known ?? rest()
    }

    /// What may differ where all that is known is the same.
    private func rest() -> String {
        let options = spec.grammar.options.map(\.word)
        if options.isEmpty { return "an argument" }
        return options.count == 1 && spec.grammar.positional == 1
            ? options[0] : "an argument or option (\(options.joined(separator: ", ")))"
    }

    // MARK: Records

    private func trade(
        _ change: TradeChange, _ words: borrowing ArgumentVector
    ) -> String? {
        if event.type != .tradeInitiated && event.type != .tradeReserved {
            return id(change.trade.id, "trade", words)
                ?? text("REASON", change.reason, words) ?? text("REF", change.reason, words)
        }
        if let name = claimed(.trade, words) { return name }
        let isReservation = spec.name == "TRADE RESERVE"
        do throws(CommandError) {
            let request = try TradeCommands.parse(
                words, transaction, isReservation: isReservation)
            return try RequestDifference.ofTrade(
                event, change, request, words, hash: hash, isReservation: isReservation,
                transaction)
        } catch { return nil }
    }

    private func shipment(
        _ change: ShipmentChange, _ words: borrowing ArgumentVector
    ) -> String? {
        if spec.name == "CARGO CREATE" {
            if let name = claimed(.shipment, words) { return name }
            do throws(CommandError) {
                return try RequestDifference.ofShipment(
                    event, change.shipment, try CargoCommands.parse(words, transaction), words,
                    transaction)
            } catch { return nil }
        }
        if let name = id(change.shipment.id, "shipment", words) { return name }
        if let point = change.point { return place(point.position, point.note, words) }
        return spec.name == "CARGO DELIVER" ? nil : text("REASON", change.reason, words)
    }

    private func inventory(
        _ change: InventoryChange, _ words: borrowing ArgumentVector
    ) -> String? {
        let row = change.stock.after
        if let name = id(transaction.names.station(row.station), "station", words) { return name }
        if differs(words, 3, transaction.names.item(row.item).text) { return "item" }
        if spec.name == "INVENTORY LIMITS" {
            for (option, figure) in [("CAPACITY", row.capacity), ("LOW", row.lowAt)] {
                guard let range = spec.grammar.range(of: option, in: words), range.count == 2
                else { continue }
                let asked = try? QuantityText.parse(words[range.upperBound - 1])
                if asked != figure { return option }
            }
            return nil
        }
        if spec.name != "INVENTORY CLEAR", words.count > 4,
            (try? QuantityText.parse(words[4])) != change.quantity
        {
            return spec.name == "INVENTORY ADJUST" ? "delta" : "quantity"
        }
        return text("REASON", change.reason, words)
    }

    /// `ID`, where one of both requests names none, or another.
    private func claimed(
        _ kind: RequestIdentity.Kind, _ words: borrowing ArgumentVector
    ) -> String? {
        let first = event.identity.flatMap { $0.kind == kind ? $0.name : nil }
        return RequestClaim(words).id == first ? nil : "ID"
    }

    // MARK: Words

    private func id(
        _ id: Identifier, _ name: String, _ words: borrowing ArgumentVector
    ) -> String? {
        differs(words, 2, id.text) ? name : nil
    }

    private func differs(
        _ words: borrowing ArgumentVector, _ index: Int, _ text: String
    ) -> Bool {
        index >= words.count || words[index].validatedText != text
    }

    /// The option where the command has it and its text is another.
    private func text(
        _ option: String, _ first: String?, _ words: borrowing ArgumentVector
    ) -> String? {
        if !spec.grammar.options.contains(where: { $0.word == option }) { return nil }
        guard let range = spec.grammar.range(of: option, in: words), range.count == 2 else {
            return first == nil ? nil : option
        }
        let word = words[range.upperBound - 1]
        if first == nil && word.equalsFolded("NONE") { return nil }
        return word.validatedText == first ? nil : option
    }

    /// `x y z [NOTE text]` behind an id.
    private func place(
        _ position: Position?, _ note: String?, _ words: borrowing ArgumentVector
    ) -> String? {
        guard let position, words.count > 5 else { return nil }
        for (index, found) in [position.x, position.y, position.z].enumerated()
        where (try? Position.coordinate(words[3 + index])) != found {
            return ["x", "y", "z"][index]
        }
        return text("NOTE", note, words)
    }
}
