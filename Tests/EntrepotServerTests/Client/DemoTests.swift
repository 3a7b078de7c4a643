import EntrepotServer
import Testing

@Suite struct DemoTests {
    @Test func theGalaxyRefersOnlyToItself() {
        let galaxy = DemoGalaxy()
        var stations: Set<String> = []
        var items: Set<String> = []
        var keys: Set<String> = []
        for request in galaxy.requests {
            let isKeyed = request[0] == "KEY"
            if isKeyed { #expect(keys.insert(request[1]).inserted, "\(request[1]) twice") }
            let words = isKeyed ? Array(request.dropFirst(2)) : request
            switch words.prefix(2).joined(separator: " ") {
            case "STATION ADD":
                if let place = words.firstIndex(of: "ORBITS") {
                    #expect(stations.contains(words[place + 1]))
                }
                #expect(stations.insert(words[2]).inserted)
            case "ITEM ADD": #expect(items.insert(words[2]).inserted)
            case "INVENTORY ADD", "INVENTORY LIMITS":
                #expect(stations.contains(words[2]) && items.contains(words[3]))
            case "SHIP ADD": #expect(words.last.map(stations.contains) == true)
            default: break
            }
        }
        #expect(stations == Set(galaxy.places.map(\.id)))
        #expect(galaxy.places.flatMap(\.makes).allSatisfy(items.contains))
    }

    @Test func goodsArriveAndAreUsedUp() throws {
        let fake = FakeServer { words in
            switch words.prefix(2).joined(separator: " ") {
            case "TRADE CREATE":
                FakeServer.bulk("{\"id\":\"t\",\"shipments\":[\"\(words[4])\"]}")
            case "INVENTORY LEVEL": ":100\r\n"
            case "CARGO DISPATCH" where words.count > 3: "-RANGE the ship is full\r\n"
            default: FakeServer.bulk("{}")
            }
        }
        var server = try fake.connect()
        var traffic = DemoTraffic(DemoGalaxy(), tradesPerSecond: 5, seed: 1)
        for step in 0..<1_200 { try traffic.step(at: Int64(step) * 100, &server) }
        let figures = traffic.figures
        #expect((300...600).contains(figures.trades))
        #expect(figures.delivered > 100)
        #expect(figures.underWay > 0)
        let commands = Set(fake.requests.map { $0.prefix(2).joined(separator: " ") })
        #expect(
            commands == [
                "TRADE CREATE", "TRADE CANCEL", "TRADE PAY", "CARGO DISPATCH", "CARGO TRACK",
                "CARGO DELIVER", "CARGO HOLD", "CARGO RESUME", "INVENTORY LEVEL", "INVENTORY ADD",
                "INVENTORY REMOVE",
            ])
        // Whoever is refused a ship goes without one.
        let dispatched = fake.requests.filter { $0.prefix(2) == ["CARGO", "DISPATCH"] }
        #expect(dispatched.count { $0.count == 3 } == dispatched.count { $0.count == 5 })
    }

    @Test func aServerWithoutSpaceEndsIt() throws {
        let fake = FakeServer { _ in "-NOSPACE the disk is full\r\n" }
        var server = try fake.connect()
        var traffic = DemoTraffic(DemoGalaxy(), tradesPerSecond: 10, seed: 1)
        try? traffic.step(at: 0, &server)
        #expect(throws: ClientError.self) { try traffic.step(at: 5_000, &server) }
    }
}
