import JSON
import RESP

/// The life of the demonstration: trades are made, leave, are tracked, and arrive, some of them
/// late, a few with losses.
///
/// Time is a parameter: whoever drives it calls ``step(at:_:)`` now and then.
package struct DemoTraffic: ~Copyable {
    /// What has happened so far.
    package struct Figures: Equatable, Sendable {
        package var trades = 0
        package var delivered = 0
        package var underWay = 0
        package var refused = 0
    }

    private struct Voyage {
        let trade: String
        let shipment: String
        let from: DemoGalaxy.Place
        let to: DemoGalaxy.Place
        let item: String
        let quantity: Int
        let departs: Int64
        let arrives: Int64
        var isOnItsWay = false
        var nextPoint: Int64
        var isHeld = false
    }

    private static let mostVoyages = 300
    private static let pointMilliseconds: Int64 = 4_000
    private static let productionMilliseconds: Int64 = 10_000

    package private(set) var figures = Figures()
    private let galaxy: DemoGalaxy
    private let tradesPerSecond: Double
    private var random: BenchRandom
    private var voyages: [Voyage] = []
    private var last: Int64?
    private var due = 0.0
    private var nextProduction: Int64 = 0

    package init(_ galaxy: DemoGalaxy, tradesPerSecond: Double, seed: UInt64) {
        self.galaxy = galaxy
        self.tradesPerSecond = tradesPerSecond
        random = BenchRandom(seed: seed)
    }

    /// Does what has become due until `now` (milliseconds of any clock).
    ///
    /// - Throws: what makes going on useless; a refused trade is only counted.
    package mutating func step(
        at now: Int64, _ server: inout ServerConnection
    ) throws(ClientError) {
        // After a pause the missed trades are not made up for.
        due += Double(min(now - (last ?? now), 1_000)) / 1_000 * tradesPerSecond
        last = now
        while due >= 1 {
            due -= 1
            if voyages.count < Self.mostVoyages { try trade(at: now, &server) }
        }
        try moveVoyages(at: now, &server)
        if now >= nextProduction {
            nextProduction = now + Self.productionMilliseconds
            try produce(&server)
        }
        figures.underWay = voyages.count
    }

    /// Sends one request; nil where it is refused.
    private mutating func ask(
        _ words: [String], _ server: inout ServerConnection
    ) throws(ClientError) -> RESPValue? {
        let reply = try server.ask(words)
        guard let refusal = reply.errorText else { return reply }
        if RefusalText.endsTheWork(refusal) { throw .refused(refusal) }
        figures.refused += 1
        return nil
    }

    private mutating func pick<Element>(_ list: [Element]) -> Element {
        list[random.below(list.count)]
    }

    // MARK: Trades

    private mutating func trade(
        at now: Int64, _ server: inout ServerConnection
    ) throws(ClientError) {
        // Mostly from those who make the goods to those who do not.
        let seller = pick(galaxy.places)
        let item = seller.makes.isEmpty ? pick(galaxy.goods).id : pick(seller.makes)
        let buyer = pick(galaxy.places)
        if buyer.id == seller.id { return }
        let quantity = 1 + random.below(40)
        let journey = Int64(8_000 + random.below(50_000))
        // One in eight promises more than it keeps.
        let promised = random.below(8) == 0 ? journey / 2 : journey * 5 / 4
        var words = ["TRADE", "CREATE", seller.id, buyer.id, "\(item):\(quantity)"]
        words += ["ETA", "+\(promised / 1_000 + 2)s", "REF", "demo"]
        guard case .bulk(let bytes)? = try ask(words, &server),
            let record = try? JSONReader.parse(bytes.span), let id = record["id"]?.string,
            let shipment = record["shipments"]?.array?.first?.string
        else { return }
        figures.trades += 1
        let departs = now + Int64(1_000 + random.below(4_000))
        voyages.append(
            Voyage(
                trade: id, shipment: shipment, from: seller, to: buyer, item: item,
                quantity: quantity, departs: departs, arrives: departs + journey,
                nextPoint: departs + Self.pointMilliseconds))
    }

    // MARK: Voyages

    private mutating func moveVoyages(
        at now: Int64, _ server: inout ServerConnection
    ) throws(ClientError) {
        var kept: [Voyage] = []
        for voyage in voyages {
            if let next = try move(voyage, at: now, &server) { kept.append(next) }
        }
        voyages = kept
    }

    /// - Returns: nil where the voyage is over.
    private mutating func move(
        _ voyage: Voyage, at now: Int64, _ server: inout ServerConnection
    ) throws(ClientError) -> Voyage? {
        var voyage = voyage
        if !voyage.isOnItsWay {
            if now < voyage.departs { return voyage }
            voyage.isOnItsWay = true
            return try depart(voyage, &server) ? voyage : nil
        }
        if voyage.isHeld {
            if now < voyage.nextPoint { return voyage }
            voyage.isHeld = false
            _ = try ask(["CARGO", "RESUME", voyage.shipment, "REASON", "cleared"], &server)
        }
        if now >= voyage.arrives {
            try arrive(voyage, &server)
            return nil
        }
        if now >= voyage.nextPoint {
            voyage.nextPoint = now + Self.pointMilliseconds
            if random.below(60) == 0 {
                voyage.isHeld =
                    try ask(["CARGO", "HOLD", voyage.shipment, "REASON", "customs"], &server) != nil
            } else {
                try track(voyage, at: now, &server)
            }
        }
        return voyage
    }

    private mutating func depart(
        _ voyage: Voyage, _ server: inout ServerConnection
    ) throws(ClientError) -> Bool {
        // One in ten is called off before it leaves.
        if random.below(10) == 0 {
            _ = try ask(["TRADE", "CANCEL", voyage.trade, "REASON", "buyer withdrew"], &server)
            return false
        }
        let ship = pick(galaxy.ships)
        if try ask(["CARGO", "DISPATCH", voyage.shipment, "BY", ship], &server) != nil {
            return true
        }
        // No room aboard: it goes by itself.
        return try ask(["CARGO", "DISPATCH", voyage.shipment], &server) != nil
    }

    private func track(
        _ voyage: Voyage, at now: Int64, _ server: inout ServerConnection
    ) throws(ClientError) {
        let journey = max(voyage.arrives - voyage.departs, 1)
        let share = min(Double(now - voyage.departs) / Double(journey), 1)
        func between(_ from: Double, _ to: Double) -> String {
            "\(((from + (to - from) * share) * 1_000).rounded() / 1_000)"
        }
        let point = [
            between(voyage.from.x, voyage.to.x), between(voyage.from.y, voyage.to.y),
            between(voyage.from.z, voyage.to.z),
        ]
        _ = try server.ask(["CARGO", "TRACK", voyage.shipment] + point)
    }

    private mutating func arrive(
        _ voyage: Voyage, _ server: inout ServerConnection
    ) throws(ClientError) {
        var words = ["CARGO", "DELIVER", voyage.shipment]
        let lost = voyage.quantity > 1 && random.below(25) == 0 ? 1 : 0
        if lost > 0 {
            words += ["\(voyage.item):\(voyage.quantity - lost)", "LOST", "\(voyage.item):\(lost)"]
            words += ["REASON", "damaged"]
        }
        if try ask(words, &server) == nil { return }
        figures.delivered += 1
        _ = try ask(["TRADE", "PAY", voyage.trade, "REF", "on delivery"], &server)
        // What arrives is used up, so that there is always room for more.
        _ = try ask(
            [
                "INVENTORY", "REMOVE", voyage.to.id, voyage.item, "\(voyage.quantity - lost)",
                "REASON", "consumed",
            ], &server)
    }

    // MARK: Production

    /// Fills up what its makers have sold.
    private mutating func produce(_ server: inout ServerConnection) throws(ClientError) {
        for place in galaxy.places {
            for item in place.makes {
                let level = try server.ask(["INVENTORY", "LEVEL", place.id, item]).integer ?? 0
                let missing = Int64(DemoGalaxy.onHand) - level
                if missing < 50 { continue }
                _ = try ask(
                    [
                        "INVENTORY", "ADD", place.id, item, "\(missing)", "REASON", "production",
                    ], &server)
            }
        }
    }
}
