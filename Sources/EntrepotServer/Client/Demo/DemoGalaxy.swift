/// The stations, goods and ships of the demonstration.
package struct DemoGalaxy: Sendable {
    /// A place that trades.
    package struct Place: Sendable {
        package let id: String
        let name: String
        let kind: String
        let orbits: String?
        package let x: Double
        package let y: Double
        package let z: Double
        /// The items that it makes.
        package let makes: [String]
    }

    /// A kind of goods; the price is in whole Credits, mass in kilograms, volume in cubic metres.
    package struct Goods: Sendable {
        package let id: String
        let name: String
        let category: String
        let price: Int
        let mass: Int
        let volume: Int
    }

    static let onHand = 5_000
    static let capacity = 50_000

    package let places: [Place] = [
        Place("earth", "Earth", "planet", nil, 0, 0, 0, ["grain", "medicine", "tools"]),
        Place("luna-1", "Luna One", "station", "earth", 0.1, 0.2, 0, ["helium-3"]),
        Place("earth-depot", "High Depot", "depot", "earth", -0.2, 0.1, 0.1, []),
        Place("mars", "Mars", "planet", nil, 1.4, 0.3, 0.1, ["iron", "tools"]),
        Place("mars-2", "Phobos Yard", "station", "mars", 1.5, 0.5, 0.1, ["hull-plates"]),
        Place("ceres", "Ceres", "planet", nil, 2.6, -0.8, 0.3, ["ice", "platinum"]),
        Place("belt-7", "Belt Seven", "station", "ceres", 2.8, -0.6, 0.4, ["iron"]),
        Place("europa", "Europa", "planet", nil, 4.2, 1.9, -0.2, ["ice", "algae"]),
        Place("jove-gate", "Jove Gate", "station", "europa", 4.4, 2.1, -0.1, ["helium-3"]),
        Place("titan", "Titan", "planet", nil, 6.1, -2.2, 0.5, ["methane", "polymers"]),
        Place("ring-port", "Ring Port", "station", "titan", 6.3, -2.0, 0.6, []),
        Place("proxima", "Proxima b", "planet", nil, -3.1, 4.0, 1.2, ["spice", "algae"]),
        Place("far-point", "Far Point", "depot", "proxima", -3.3, 4.2, 1.3, []),
        Place("kepler", "Kepler-22 b", "planet", nil, -5.5, -3.0, -1.4, ["spice", "crystals"]),
        Place("kepler-dock", "Kepler Dock", "station", "kepler", -5.3, -3.2, -1.3, ["androids"]),
    ]

    package let goods: [Goods] = [
        Goods("grain", "Grain", "Food", 40, 1_000, 2), Goods("algae", "Algae", "Food", 25, 800, 2),
        Goods("ice", "Water Ice", "Food", 12, 900, 1),
        Goods("medicine", "Medicine", "Health", 900, 50, 1),
        Goods("tools", "Tools", "Industry", 300, 400, 2),
        Goods("hull-plates", "Hull Plates", "Industry", 450, 5_000, 3),
        Goods("androids", "Androids", "Industry", 7_500, 200, 1),
        Goods("polymers", "Polymers", "Industry", 150, 500, 2),
        Goods("iron", "Iron", "Metals", 60, 7_800, 1),
        Goods("platinum", "Platinum", "Metals", 4_800, 21_000, 1),
        Goods("helium-3", "Helium-3", "Fuel", 1_200, 60, 1),
        Goods("methane", "Methane", "Fuel", 80, 420, 1),
        Goods("spice", "Spice", "Luxury", 3_300, 20, 1),
        Goods("crystals", "Crystals", "Luxury", 5_200, 90, 1),
    ]

    package let ships = [
        "aurora", "bellerophon", "calypso", "daedalus", "eos", "fram", "galatea", "hyperion",
    ]

    package init() {}

    /// The requests that make all of it, in order; on a store that has it they change nothing.
    package var requests: [[String]] {
        var requests = [
            ["CURRENCY", "ADD", "SOL", "Solar Mark", "2"],
            ["KEY", "demo-rate", "RATE", "SET", "SOL", "CR", "12.5"],
        ]
        for item in goods {
            requests.append([
                "ITEM", "ADD", item.id, "NAME", item.name, "CATEGORY", item.category, "UNIT", "t",
                "MASS", "\(item.mass)", "VOLUME", "\(item.volume)", "PRICE", "\(item.price)", "CR",
            ])
        }
        for place in places {
            let orbits = place.orbits.map { ["ORBITS", $0] } ?? []
            requests.append(
                ["STATION", "ADD", place.id, "NAME", place.name, "KIND", place.kind] + orbits
                    + ["AT", "\(place.x)", "\(place.y)", "\(place.z)"])
            for item in goods { requests += stock(of: item, at: place) }
        }
        for (index, ship) in ships.enumerated() {
            let home = places[index % places.count].id
            requests.append([
                "SHIP", "ADD", ship, "NAME", ship.prefix(1).uppercased() + ship.dropFirst(), "MASS",
                "20000000", "VOLUME", "50000", "DOCKED", home,
            ])
        }
        return requests
    }

    private func stock(of item: Goods, at place: Place) -> [[String]] {
        let key = "demo-\(place.id)-\(item.id)"
        let isMaker = place.makes.contains(item.id)
        // Who makes a thing sells it below its list price, the others above.
        let ask = item.price * (isMaker ? 85 : 120) / 100
        return [
            [
                "KEY", key + "-l", "INVENTORY", "LIMITS", place.id, item.id, "CAPACITY",
                "\(Self.capacity)", "LOW", "\(Self.onHand / 20)", "ASK", "\(max(ask, 1))", "CR",
            ],
            [
                "KEY", key, "INVENTORY", "ADD", place.id, item.id,
                "\(isMaker ? Self.onHand : Self.onHand / 10)", "REASON", "demo",
            ],
        ]
    }
}

extension DemoGalaxy.Place {
    fileprivate init(
        _ id: String, _ name: String, _ kind: String, _ orbits: String?, _ x: Double, _ y: Double,
        _ z: Double, _ makes: [String]
    ) {
        self.init(
            id: id, name: name, kind: kind, orbits: orbits, x: x, y: y, z: z, makes: makes)
    }
}

extension DemoGalaxy.Goods {
    fileprivate init(
        _ id: String, _ name: String, _ category: String, _ price: Int, _ mass: Int, _ volume: Int
    ) {
        self.init(
            id: id, name: name, category: category, price: price, mass: mass, volume: volume)
    }
}
