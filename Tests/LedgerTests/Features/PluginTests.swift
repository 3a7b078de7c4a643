import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite("Plugins and their versions") struct PluginTests {
    private struct Shop {
        let market: TestLedger
        let rules = StubRules()

        init(folder: TestFolder? = nil) throws {
            market = try TestLedger(folder: folder)
            market.ledger.rules = rules
        }

        /// Loads a version by command.
        @discardableResult
        func load(
            _ version: String, name: String = "p", station: String? = nil,
            as caller: Caller = .local
        ) throws -> Answer {
            try rules.check(name, "src-\(version)", version: version, station: station)
            return market.run("PLUGIN LOAD \(name) src-\(version)", as: caller)
        }

        func loadFile(_ version: String) throws {
            let source = try rules.check("p", "src-\(version)", version: version)
            let metadata = try #require(rules.checked(source.digest))
            _ = try market.ledger.loadPlugin(source, metadata)
            market.settle()
        }

        /// `mode live/candidate/previous`, versions by their declared names.
        var state: String {
            let json = market.run("PLUGIN INFO p").json()
            let tags = ["live", "candidate", "previous"].map {
                json.at($0).split(separator: "@").first.map(String.init) ?? ""
            }
            return json.at("mode") + " " + tags.joined(separator: "/")
        }
    }

    @Test func transitions() throws {
        let shop = try Shop()
        func go(_ line: String) -> String {
            let answer = shop.market.run(line)
            return answer.error ?? shop.state
        }
        try shop.load("1")
        #expect(shop.state == "off null/1/null")
        #expect(go("PLUGIN MODE p shadow") == "shadow null/1/null")
        #expect(go("PLUGIN MODE p canary 20") == "canary null/1/null")
        #expect(shop.market.run("PLUGIN INFO p").json().at("percent") == "20")
        #expect(go("PLUGIN MODE p live") == "live 1/null/null")
        #expect(go("PLUGIN MODE p live") == "live 1/null/null")
        #expect(go("PLUGIN ROLLBACK p") == "BADSTATE plugin p has no version to go back to")
        try shop.load("2")
        #expect(shop.state == "live 1/2/null")
        #expect(go("PLUGIN MODE p canary 99") == "canary 1/2/null")
        try shop.load("3")
        #expect(shop.state == "live 1/3/null")
        #expect(go("PLUGIN MODE p live") == "live 3/null/1")
        #expect(go("PLUGIN ROLLBACK p") == "live 1/null/3")
        #expect(go("PLUGIN ROLLBACK p") == "live 3/null/1")
        // The same source again changes nothing.
        try shop.load("3")
        #expect(shop.state == "live 3/null/1")
        #expect(go("PLUGIN MODE p off") == "off null/3/1")
        #expect(go("PLUGIN MODE p live") == "live 3/null/1")
        try shop.load("4")
        #expect(go("PLUGIN MODE p off") == "off null/4/3")
        #expect(go("PLUGIN REMOVE p") == "off null/null/null")
        #expect(go("PLUGIN MODE p live") == "NOTFOUND plugin p does not exist")
        #expect(shop.market.run("PLUGIN LIST").items("name") == [])
        #expect(shop.market.run("PLUGIN VERSIONS p").items("declared") == ["1", "2", "3", "4"])
        try shop.load("4")
        #expect(shop.state == "off null/4/null")
        #expect(shop.market.run("PLUGIN SOURCE p").error == nil)
        #expect(shop.rules.adopted.count == 16)
    }

    @Test func aFileTakesALiveVersionsPlace() throws {
        let shop = try Shop()
        try shop.loadFile("1")
        #expect(shop.state == "off null/1/null")
        shop.market.setUp(["PLUGIN MODE p live"])
        try shop.loadFile("2")
        #expect(shop.state == "live 2/null/1")
        let plugin = try #require(shop.market.ledger.state.plugins[Identifier(literal: "p")])
        #expect(plugin.file == plugin.live?.digest)
        #expect(shop.market.run("PLUGIN VERSIONS p").items("author") == ["plugins", "plugins"])
    }

    @Test func failuresFallBack() throws {
        let shop = try Shop()
        func fail(_ version: String, _ kind: RuleAction.Kind = .fallback) throws {
            let name = Identifier(literal: "p")
            let digest = try PluginSource(name: name, text: "src-\(version)").digest
            shop.rules.actions = [
                RuleAction(
                    kind: kind, plugin: name, version: digest, hook: "pricing", trade: nil,
                    error: "boom")
            ]
            shop.market.run("TIME NOTHING")
            shop.market.ledger.tick()
            shop.market.settle()
        }
        try shop.load("1")
        shop.market.setUp(["PLUGIN MODE p live"])
        try shop.load("2")
        shop.market.setUp(["PLUGIN MODE p canary 5"])
        try fail("2", .failure)
        #expect(shop.state == "canary 1/2/null")
        try fail("2")
        #expect(shop.state == "live 1/2/null")
        shop.market.setUp(["PLUGIN MODE p live"])
        try fail("2")
        #expect(shop.state == "live 1/null/null")
        try fail("2")
        try fail("1")
        #expect(shop.state == "off null/1/null")
        let view = shop.market.context().view
        var types: [String] = []
        for event in try view.events(after: 0, limit: 1_000).events {
            if case .plugin(let change) = event.data, change.details.error != nil {
                types.append("\(event.type.name) \(change.details.action ?? "-")")
            }
        }
        #expect(types.prefix(2) == ["plugin.failed -", "plugin.failed trial ended"])
        #expect(types.dropFirst(2).first?.hasPrefix("plugin.failed rolled back to 1@") == true)
        #expect(types.last == "plugin.disabled off")
        #expect(types.count == 4)
    }

    @Test func whoMayManageWhat() throws {
        let shop = try Shop()
        shop.market.setUp(["STATION ADD luna", "STATION ADD mars"])
        func caller(_ name: String, _ role: Role, _ stations: [String]?) -> Caller {
            Caller(
                name: Identifier(name) ?? .local, role: role,
                stations: stations.map { Set($0.compactMap { Identifier($0) }) })
        }
        let luna = caller("lu", .operator, ["luna"])
        let mars = caller("ma", .operator, ["mars"])
        let all = caller("op", .operator, nil)
        let trader = caller("tr", .trader, ["luna"])
        #expect(try shop.load("1", station: "luna", as: luna).error == nil)
        #expect(try shop.load("2", station: "mars", as: luna).code == .noPerm)
        #expect(try shop.load("3", station: "luna", as: mars).code == .noPerm)
        #expect(try shop.load("4", name: "all", as: luna).code == .noPerm)
        #expect(try shop.load("4", name: "all", as: all).code == .noPerm)
        #expect(try shop.load("4", name: "all").error == nil)
        #expect(shop.market.run("PLUGIN MODE p live", as: mars).code == .noPerm)
        #expect(shop.market.run("PLUGIN MODE p live", as: trader).code == .noPerm)
        #expect(shop.market.run("PLUGIN MODE p live", as: luna).error == nil)
        #expect(shop.market.run("PLUGIN INFO p", as: mars).isNull)
        #expect(shop.market.run("PLUGIN SOURCE p", as: mars).code == .notFound)
        #expect(shop.market.run("PLUGIN SOURCE all", as: luna).code == .noPerm)
        #expect(shop.market.run("PLUGIN LIST", as: mars).items("name") == ["all"])
        #expect(shop.market.run("PLUGIN LIST", as: luna).items("name") == ["all", "p"])
    }

    @Test func versionsByWord() throws {
        let shop = try Shop()
        try shop.load("1.0")
        try shop.load("2.0")
        let digest = try PluginSource(name: Identifier(literal: "p"), text: "src-1.0").digest.text
        func source(_ word: String) -> String {
            let answer = shop.market.run("PLUGIN SOURCE p \(word)")
            if case .text(let text) = answer.value { return text }
            return answer.error ?? "?"
        }
        #expect(source("") == "src-2.0")
        #expect(source("1.0") == "src-1.0")
        #expect(source(String(digest.prefix(6))) == "src-1.0")
        #expect(source("1.0@\(digest.prefix(8))") == "src-1.0")
        #expect(source(String(digest.prefix(5))).hasPrefix("NOTFOUND"))
    }

    @Test(arguments: [
        ("PLUGIN LOAD p other", ErrorCode.err), ("PLUGIN LOAD routes. x", .err),
        ("PLUGIN MODE p on", .syntax), ("PLUGIN MODE p canary", .syntax),
        ("PLUGIN MODE p canary 100", .range), ("PLUGIN MODE p canary 0", .range),
        ("PLUGIN MODE p live x", .syntax), ("PLUGIN MODE q live", .notFound),
        ("PLUGIN REMOVE q", .notFound), ("PLUGIN SOURCE q", .notFound),
    ]) func refusals(line: String, code: ErrorCode) throws {
        let shop = try Shop()
        try shop.load("1")
        #expect(shop.market.run(line).code == code)
        #expect(shop.state == "off null/1/null")
    }

    @Test func withoutRulesNothingIsLoaded() throws {
        let market = try TestLedger()
        #expect(market.run("PLUGIN LOAD p x").error == "ERR rules are not available")
    }

    @Test func aRestartAndAReplayGiveTheSame() throws {
        let folder = try TestFolder()
        try fill(folder)
        let report = try Verification.run(directory: folder.path)
        #expect(report.problems.isEmpty, "\(report.problems)")
        let shop = try Shop(folder: folder)
        #expect(shop.state == "canary 1/2/null")
        let name = Identifier(literal: "p")
        #expect(shop.market.ledger.state.versions[name]?.map(\.tag.declared) == ["1", "2"])
        #expect(shop.market.ledger.state.versions[name]?.allSatisfy { $0.source.isEmpty } == true)
    }

    private func fill(_ folder: TestFolder) throws {
        let shop = try Shop(folder: folder)
        try shop.load("1")
        shop.market.setUp(["PLUGIN MODE p live"])
        try shop.load("2")
        shop.market.setUp(["PLUGIN MODE p canary 30"])
    }

    /// Neither the event nor a dry run shows the source.
    @Test func theSourceIsPrivate() throws {
        let shop = try Shop()
        try shop.load("1")
        let view = shop.market.context().view
        for event in try view.events(after: 0, limit: 100).events {
            var buffer = ByteBuffer(capacity: 512)
            buffer.appendJSON(event, history: "H", names: view.names)
            #expect(!(buffer.bytes.validatedText ?? "").contains("src-1"))
        }
    }
}
