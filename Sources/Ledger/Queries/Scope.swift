import Domain
import Storage

/// Whose trades, cargo and histories a caller may see.
struct Scope {
    /// nil: all.
    let stations: Set<StationNumber>?

    init(_ context: ReadContext) {
        let names = context.view.names
        stations = context.caller.stations.map { ids in
            var numbers: Set<StationNumber> = []
            for id in ids {
                if let number = names.stations.number(of: id) {
                    numbers.insert(StationNumber(number))
                }
            }
            return numbers
        }
    }

    func allows(_ station: StationNumber) -> Bool { stations?.contains(station) ?? true }

    func allows(_ trade: borrowing Trade) -> Bool { allows(trade.seller) || allows(trade.buyer) }

    func allows(_ shipment: borrowing Shipment) -> Bool {
        allows(shipment.origin) || allows(shipment.destination)
    }
}

extension ReadContext {
    /// The number of a station that a request names.
    ///
    /// - Throws: `NOTFOUND`.
    func station(_ id: Identifier) throws(CommandError) -> StationNumber {
        guard let number = view.names.stations.number(of: id) else {
            throw .notFound("station", id.text)
        }
        return StationNumber(number)
    }

    /// The number of an item that a request names.
    ///
    /// - Throws: `NOTFOUND`.
    func item(_ id: Identifier) throws(CommandError) -> ItemNumber {
        guard let number = view.names.items.number(of: id) else {
            throw .notFound("item", id.text)
        }
        return ItemNumber(number)
    }

    /// The number of a ship that a request names.
    ///
    /// - Throws: `NOTFOUND`.
    func ship(_ id: Identifier) throws(CommandError) -> ShipNumber {
        guard let number = view.names.ships.number(of: id) else {
            throw .notFound("ship", id.text)
        }
        return ShipNumber(number)
    }
}
