import Basics
import Domain

/// What is aboard a ship, and what still fits.
enum FleetDecision {
    /// The most shipments aboard one ship: its record names each, and events hold it whole.
    static let maximumAboard = 1_000

    /// The ship with one more shipment aboard.
    ///
    /// - Throws: `BADSTATE` for a ship out of service, `NOCAPACITY` where mass or volume is short.
    static func load(_ ship: Ship, with shipment: Shipment) throws(CommandError) -> Ship {
        var loaded = ship
        if ship.status == .outOfService {
            throw CommandError(.badState, "ship \(ship.id) is out of service")
        }
        if ship.aboard.count >= maximumAboard {
            throw CommandError(
                .limit, "ship \(ship.id) carries \(maximumAboard) shipments, it takes no more")
        }
        loaded.loadMass = try StockMoves.add(ship.loadMass, shipment.mass, "the ship's mass")
        loaded.loadVolume = try StockMoves.add(
            ship.loadVolume, shipment.volume, "the ship's volume")
        if let capacity = ship.massCapacity, loaded.loadMass > capacity {
            throw CommandError(
                .noCapacity,
                "ship \(ship.id) has \(mass(capacity - ship.loadMass)) kg left, "
                    + "\(mass(shipment.mass)) kg asked")
        }
        if let capacity = ship.volumeCapacity, loaded.loadVolume > capacity {
            throw CommandError(
                .noCapacity,
                "ship \(ship.id) has \(volume(capacity - ship.loadVolume)) m3 left, "
                    + "\(volume(shipment.volume)) m3 asked")
        }
        loaded.aboard.append(shipment.key)
        loaded.status = .inTransit
        loaded.station = nil
        return loaded
    }

    /// The ship without the shipment; empty, it docks at `station` where one is given.
    static func unload(
        _ ship: Ship, _ shipment: Shipment, dockedAt station: StationNumber?,
        _ transaction: Transaction
    ) -> Ship {
        var unloaded = ship
        unloaded.aboard.removeAll { $0 == shipment.key }
        unloaded.loadMass = max(0, ship.loadMass - shipment.mass)
        unloaded.loadVolume = max(0, ship.loadVolume - shipment.volume)
        if unloaded.aboard.isEmpty {
            unloaded.loadMass = 0
            unloaded.loadVolume = 0
            if let station, ship.status == .inTransit {
                unloaded.status = .docked
                unloaded.station = station
                unloaded.position = transaction.state.station(station)?.position
            }
        }
        return unloaded
    }

    private static func mass(_ grams: Int64) -> String { MoneyText.text(grams, scale: 3) }

    private static func volume(_ litres: Int64) -> String { MoneyText.text(litres, scale: 3) }
}
