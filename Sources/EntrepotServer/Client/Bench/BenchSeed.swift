import RESP

/// Fills a store with what a benchmark works on. What is there already stays as it is.
struct BenchSeed: ~Copyable {
    /// On hand of every item at every station.
    static let stock = 100_000
    private static let window = 1_000

    private let names: BenchNames
    private let report: (Int) -> Void
    private var done = 0

    init(_ names: BenchNames, report: @escaping (Int) -> Void) {
        self.names = names
        self.report = report
    }

    /// The requests that a fresh store takes.
    static func requestCount(_ names: BenchNames) -> Int {
        names.items.count + names.stations.count * (1 + 2 * names.items.count)
            + names.trades.count
    }

    /// Whether the last record of every kind is there.
    static func isComplete(
        _ names: BenchNames, _ server: inout ServerConnection
    ) throws(ClientError) -> Bool {
        guard let station = names.stations.last, let item = names.items.last,
            let trade = names.trades.last
        else { return true }
        let level = try server.demand(["INVENTORY", "LEVEL", text(station), text(item)])
        if level.integer ?? 0 == 0 { return false }
        return try server.demand(["TRADE", "GET", text(trade)]) != .null
    }

    private static func text(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self) }

    /// Sends everything; a key on each makes a second run repeat nothing.
    consuming func run(_ server: inout ServerConnection) throws(ClientError) {
        let items = names.items.map(Self.text)
        let stations = names.stations.map(Self.text)
        for (index, item) in items.enumerated() {
            try send(
                ["ITEM", "ADD", item, "MASS", "1", "VOLUME", "1", "PRICE", "\(100 + index)", "CR"],
                &server)
        }
        for (index, station) in stations.enumerated() {
            let place = ["\(index % 32)", "\(index / 32 % 32)", "\(index / 1_024)"]
            try send(["STATION", "ADD", station, "KIND", "station", "AT"] + place, &server)
        }
        for station in stations {
            for (index, item) in items.enumerated() {
                let key = "\(station).\(item)"
                try send(
                    ["KEY", "\(key).n", "INVENTORY", "ADD", station, item, "\(Self.stock)"],
                    &server)
                try send(
                    [
                        "KEY", "\(key).a", "INVENTORY", "LIMITS", station, item, "ASK",
                        "\(90 + index).50", "CR",
                    ], &server)
            }
        }
        for (index, trade) in names.trades.enumerated() {
            let seller = stations[index % stations.count]
            let buyer = stations[(index + 1) % stations.count]
            let item = items[index % items.count]
            try send(
                ["TRADE", "CREATE", seller, buyer, "\(item):1", "ID", Self.text(trade)], &server)
        }
        while server.owed > 0 { try settle(&server) }
    }

    private mutating func send(
        _ words: [String], _ server: inout ServerConnection
    ) throws(ClientError) {
        server.send(words)
        if server.owed < Self.window { return }
        while server.owed > Self.window / 2 { try settle(&server) }
    }

    private mutating func settle(_ server: inout ServerConnection) throws(ClientError) {
        let reply = try server.reply()
        done += 1
        report(done)
        guard let refusal = reply.errorText, RefusalText.code(refusal) != "EXISTS" else { return }
        throw ClientError("the server refuses to be filled for the benchmark: \(refusal)")
    }
}
