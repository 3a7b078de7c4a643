import EntrepotServer
import Synchronization
import System
import Testing

/// Enough of a store to be imported into: catalog, keys, trade ids.
private final class FakeStore: Sendable {
    private struct State {
        var stations: [String: String] = [:]
        var items: Set<String> = []
        var done: [String: [String]] = [:]
        var refuseAfter: Int?
        var count = 0
    }

    private let state = Mutex(State())

    /// From then on every write is refused; nil takes writes again.
    func refuse(after count: Int?) {
        state.withLock {
            $0.refuseAfter = count
            $0.count = 0
        }
    }

    var stations: [String] { state.withLock { $0.stations.keys.sorted() } }

    func answer(_ words: [String]) -> String {
        state.withLock { state in
            state.count += 1
            if let most = state.refuseAfter, state.count > most {
                return "-NOSPACE the disk is full\r\n"
            }
            switch words.prefix(2).joined(separator: " ") {
            case "STATION ADD": return Self.addStation(words, &state)
            case "STATION GET": return FakeServer.bulk(state.stations[words[2]] ?? "")
            case "ITEM ADD":
                if !state.items.insert(words[2]).inserted { return "-EXISTS item\r\n" }
                return FakeServer.bulk("{}")
            case "ITEM GET": return FakeServer.bulk("{\"id\":\"\(words[2])\",\"name\":\"Old\"}")
            case "TRADE CREATE":
                if words[4].hasPrefix("gold:") { return "-OUTOFSTOCK a has 0 of gold\r\n" }
                return Self.once(
                    "trade \(words.drop { $0 != "ID" }.dropFirst().first ?? "")",
                    words, &state)
            case let key where key.hasPrefix("KEY "): return Self.once(key, words, &state)
            default: return FakeServer.bulk("{}")
            }
        }
    }

    private static func addStation(_ words: [String], _ state: inout State) -> String {
        if state.stations[words[2]] != nil { return "-EXISTS station \(words[2]) exists\r\n" }
        if let place = words.firstIndex(of: "ORBITS"), state.stations[words[place + 1]] == nil {
            return "-NOTFOUND station \(words[place + 1]) does not exist\r\n"
        }
        state.stations[words[2]] =
            "{\"id\":\"\(words[2])\",\"name\":null,\"kind\":\"planet\",\"orbits\":null,"
            + "\"position\":{\"x\":1,\"y\":2.5,\"z\":0},\"status\":\"open\",\"attributes\":{}}"
        return FakeServer.bulk("{}")
    }

    private static func once(
        _ key: String, _ words: [String], _ state: inout State
    ) -> String {
        guard let first = state.done[key] else {
            state.done[key] = words
            return FakeServer.bulk("{}")
        }
        return first == words
            ? FakeServer.bulk("{\"replayed\":true}") : "-CONFLICT \(key) differs\r\n"
    }
}

@Suite struct ImportTests {
    private let store = FakeStore()
    private let server: FakeServer
    private let folder: ScratchFolder

    init() throws {
        let store = store
        server = FakeServer { store.answer($0) }
        folder = try ScratchFolder()
    }

    private func load(_ name: String, _ text: String) throws -> ImportCounts {
        let path = try folder.write(name, text)
        let sources = try ImportCommand.sources([path])
        let source = try #require(sources.first)
        var reader = try RowReader.open(path: path, kind: source.kind, format: source.format)
        var connection = try server.connect()
        let run = ImportRun(
            kind: source.kind, fingerprint: try FileFingerprint(path: path).text,
            rejected: try RejectedRows(besides: path, kind: source.kind))
        return try run.run(&reader, &connection)
    }

    @Test func tradesAreRepeatedByNothing() throws {
        let text = """
            seller,buyer,item,quantity,price,time
            a,b,ore,5,1.50,
            a,c,ore,6,,2025-01-01T00:00:00Z

            """
        #expect(try load("trades.csv", text) == ImportCounts(written: 2))
        #expect(try load("trades.csv", text) == ImportCounts(unchanged: 2))
        let hash = try FileFingerprint(path: folder.path + "/trades.csv").text
        #expect(hash.utf8.count == 12)
        #expect(
            server.requests.prefix(2) == [
                ["TRADE", "CREATE", "a", "b", "ore:5@1.50", "ID", "imp-\(hash)-2"],
                [
                    "TRADE", "CREATE", "a", "c", "ore:6", "ID", "imp-\(hash)-3", "OCCURRED",
                    "2025-01-01T00:00:00Z",
                ],
            ])
    }

    @Test func aBrokenOffRunIsResumed() throws {
        var text = "seller,buyer,item,quantity\n"
        for number in 1...5_000 { text += "a,b,ore,\(number)\n" }
        store.refuse(after: 2_345)
        #expect(throws: ClientError.self) { try load("trades.csv", text) }
        store.refuse(after: nil)
        let counts = try load("trades.csv", text)
        // What was in flight when the first run gave up may still have been taken.
        #expect(counts.unchanged >= 2_345)
        #expect(
            counts == ImportCounts(written: 5_000 - counts.unchanged, unchanged: counts.unchanged))
    }

    @Test func refusedRowsGoToAFile() throws {
        let text = "seller,buyer,item,quantity\na,b,gold,5\na,b,ore,1\na,,ore,1\na,b,o\"re,1\na,b\n"
        let counts = try load("trades.csv", text)
        #expect(counts == ImportCounts(written: 1, refused: 4))
        let lines = try folder.read("trades.csv.rejected.csv").split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("rejected_line,rejected_reason,seller,buyer,item,quantity"))
        let text2 = lines.dropFirst().sorted().joined(separator: "\n")
        #expect(text2.contains("2,OUTOFSTOCK a has 0 of gold,a,b,gold,5"))
        #expect(text2.contains("4,buyer is empty,a,,ore,1"))
        #expect(text2.contains("5,the record has a quote inside"))
        #expect(text2.contains("6,\"the record has 2 fields, the header 4\",\"a,b\""))
        // Corrected, the file itself can be imported.
        let corrected = "\(lines[0])\n2,why,a,b,ore,7\(String(repeating: ",", count: 7))\n"
        #expect(try load("trades.csv.rejected.csv", corrected) == ImportCounts(written: 1))
    }

    @Test func linesOfOneTrade() throws {
        let text = """
            id,seller,buyer,item,quantity,status
            t1,a,b,ore,1,completed
            t1,a,b,tin,2,completed
            t2,a,b,ore,1,cancelled

            """
        #expect(try load("trades.csv", text) == ImportCounts(written: 2, skipped: 1))
        #expect(server.requests == [["TRADE", "CREATE", "a", "b", "ore:1", "tin:2", "ID", "t1"]])
    }

    @Test func planetsThatComeLater() throws {
        let text = """
            id,kind,orbits
            moonbase,station,moon
            moon,planet,earth
            earth,planet,
            lost,station,nowhere

            """
        #expect(try load("stations.csv", text) == ImportCounts(written: 3, refused: 1))
        #expect(store.stations == ["earth", "moon", "moonbase"])
        #expect(try folder.read("stations.csv.rejected.csv").contains("nowhere, which it orbits"))
    }

    @Test func knownStationsAreCompared() throws {
        let text = "id,kind,x,y,z,status\nearth,PLANET,1.0,2.50,0,open\n"
        #expect(try load("stations.csv", text).written == 1)
        #expect(try load("stations.csv", text) == ImportCounts(unchanged: 1))
        let moved = "id,name,kind,x,y,z,status\nearth,Terra,depot,1,2,3,closed\n"
        #expect(try load("stations.csv", moved) == ImportCounts(written: 1))
        #expect(
            server.requests.suffix(2) == [
                ["STATION", "SET", "earth", "NAME", "Terra", "KIND", "depot", "AT", "1", "2", "3"],
                ["STATION", "CLOSE", "earth"],
            ])
    }

    @Test func stockHasKeys() throws {
        let text = """
            {"station":"a","item":"ore","on_hand":5,"ask":"1.50","low_at":2}

            {"station":"a","item":"tin","on_hand":0}
            [1]
            {"station":"a","itm":"x"}

            """
        #expect(
            try load("stock.ndjson", text) == ImportCounts(written: 1, unchanged: 1, refused: 2))
        let hash = try FileFingerprint(path: folder.path + "/stock.ndjson").text
        #expect(
            server.requests == [
                ["KEY", "imp-\(hash)-1", "INVENTORY", "ADD", "a", "ore", "5", "REASON", "import"],
                [
                    "KEY", "imp-\(hash)-1-l", "INVENTORY", "LIMITS", "a", "ore", "LOW", "2", "ASK",
                    "1.50", "CR",
                ],
            ])
        #expect(try load("stock.ndjson", text).unchanged == 2)
    }

    @Test(arguments: [
        ("items.csv", "id,nmae\n", "have no column \"nmae\"; did you mean \"name\"?"),
        ("trades.csv", "seller,buyer,item\n", "the column quantity is missing"),
        ("items.csv", "id,id\n", "the column id is there twice"), ("stock.csv", "", "is empty"),
        ("events.ndjson", "{}\n", "events cannot be imported"),
        ("wares.csv", "id\n", "one of stations, items, stock, trades"),
        ("items.txt", "id\n", "neither .csv nor .ndjson"),
    ]) func filesThatAreNone(name: String, text: String, message: String) throws {
        let error = #expect(throws: ClientError.self) { try load(name, text) }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        #expect(server.requests.isEmpty)
    }

    @Test func foldersAreTakenInOrder() throws {
        for name in ["trades.csv", "items.ndjson", "stations.csv", "notes.csv", "stock.csv"] {
            _ = try folder.write(name, "")
        }
        let sources = try ImportCommand.sources([folder.path])
        #expect(sources.map(\.kind) == [.stations, .items, .stock, .trades])
        #expect(sources.map(\.format) == [.csv, .ndjson, .csv, .csv])
    }

    /// What a store says of itself is skipped in a folder, and a mistake by itself.
    @Test func eventsAreForReading() throws {
        for name in ["stations.csv", "events.ndjson"] { _ = try folder.write(name, "") }
        #expect(try ImportCommand.sources([folder.path]).map(\.kind) == [.stations])
        #expect(ImportCommand.skipped([folder.path]) == ["\(folder.path)/events.ndjson"])
        let error = #expect(throws: ClientError.self) {
            try ImportCommand.sources(["\(folder.path)/events.ndjson"])
        }
        #expect(error?.exitCode == .usage)
    }

    @Test func aServerThatGoesAway() throws {
        let silent = FakeServer { _ in nil }
        let path = try folder.write("items.csv", "id\na\n")
        var reader = try RowReader.open(path: path, kind: .items, format: .csv)
        var connection = try silent.connect()
        let rejected = try RejectedRows(besides: path, kind: .items)
        #expect(throws: ClientError.self) {
            _ = try ImportRun(kind: .items, fingerprint: "x", rejected: rejected)
                .run(&reader, &connection)
        }
    }
}
