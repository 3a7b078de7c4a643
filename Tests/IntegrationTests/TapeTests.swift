import Basics
import Glibc
import RESP
import Testing

/// Where the optional market is.
enum Tape {
    /// What ENTREPOT_BUBBLE names: stations.csv, items.csv, stock.csv and trades.csv.
    static let folder: String? = {
        guard let folder = Program.environment["ENTREPOT_BUBBLE"] else { return nil }
        return access(folder + "/trades.csv", R_OK) == 0 ? folder : nil
    }()
}

/// A market of some hundred stations and its tape of trades, imported and made in order.
@Suite(
    "A real market",
    .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .enabled(if: Tape.folder != nil, "ENTREPOT_BUBBLE names no folder with a market"),
    .timeLimit(.minutes(2)))
struct TapeTests {
    private struct Place: Hashable {
        let station: Substring
        let item: Substring
    }

    private func rows(_ name: String) throws -> [[Substring]] {
        let folder = try #require(Tape.folder)
        return Folder.text(of: "\(folder)/\(name).csv").split(whereSeparator: \.isNewline)
            .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    @Test func importedAndMade() throws {
        let server = try TestServer()
        let binary = try #require(TestServer.binary)
        let folder = try #require(Tape.folder)
        for name in ["stations", "items", "stock"] {
            let words = [binary, "import", "--server", "127.0.0.1:\(server.port)"]
            let done = try Program.run(
                words + ["\(folder)/\(name).csv"], in: server.folder.path, seconds: 60)
            #expect(done.status == 0, "\(done.output)\(done.error)")
        }
        let trades = try rows("trades")
        let client = try server.connect()
        try make(trades, client)
        try check(trades, client)
        let report = try client.call("AUDIT")
        #expect(report.text?.hasPrefix("{\"ok\":true") ?? false, "\(report)")
    }

    /// The tape as one pipeline, a thousand trades at a time.
    private func make(_ trades: [[Substring]], _ client: Connection) throws {
        var start = 0
        while start < trades.count {
            let portion = trades[start..<min(start + 1_000, trades.count)]
            client.send(
                portion.enumerated().flatMap { offset, row in
                    Connection.request([
                        "TRADE", "CREATE", String(row[0]), String(row[1]),
                        "\(row[2]):\(row[3])@\(row[4])", "ID", "tape-\(start + offset)",
                    ])
                })
            for reply in try client.replies(portion.count) where reply.errorText != nil {
                Issue.record("\(reply)")
                return
            }
            start += portion.count
        }
    }

    /// What was stocked less what was sold is what is left, everywhere.
    private func check(_ trades: [[Substring]], _ client: Connection) throws {
        var left: [Place: Int64] = [:]
        for row in try rows("stock") {
            left[Place(station: row[0], item: row[1])] = Int64(row[2]) ?? 0
        }
        for row in trades {
            left[Place(station: row[0], item: row[2]), default: 0] -= Int64(row[3]) ?? 0
        }
        let places = Array(left.keys)
        client.send(
            places.flatMap {
                Connection.request(["INVENTORY", "LEVEL", String($0.station), String($0.item)])
            })
        let levels = try client.replies(places.count)
        for (place, level) in zip(places, levels) where level.integer != left[place] {
            Issue.record("\(place): \(level), not \(left[place] ?? 0)")
        }
        let last = try client.call("TRADE", "GET", "tape-\(trades.count - 1)").text ?? ""
        #expect(last.contains("\"status\":\"initiated\""))
    }
}
