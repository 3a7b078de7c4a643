import Basics
import Glibc
import JSON
import RESP
import Testing

/// A rule that means harm: a file of `Tests/hostile`, whose first lines say which hook it is about
/// and how that must end.
struct HostileRule: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    /// `load`, or a hook.
    let hook: String
    /// `refused`, `killed`, `failed`, `rejected` or `fine`.
    let ending: String

    var testDescription: String { name }

    static let all: [HostileRule] = {
        let folder = Folder.repository + "/Tests/hostile"
        return names(in: folder).map { file in
            let source = Folder.text(of: "\(folder)/\(file)")
            func word(_ key: String) -> String {
                String((source.text(behind: "-- \(key): ") ?? "?").prefix { $0 != "\n" })
            }
            return HostileRule(
                name: String(file.dropLast(4)), source: source, hook: word("hook"),
                ending: word("ends"))
        }
    }()

    private static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".lua") { names.append(name) }
        }
        return names.sorted()
    }
}

/// Every hostile rule against one running server: it is refused, or fails as expected and is taken
/// out of force, and nothing else changes.
@Suite(
    "Hostile rules", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(5)))
struct HostileRuleTests {
    @Test func thereAreEnough() {
        #expect(HostileRule.all.count >= 70)
        for hook in ["load", "pricing", "validate", "eta", "on", "every"] {
            #expect(HostileRule.all.contains { $0.hook == hook })
        }
    }

    @Test func noneDoesHarm() throws {
        let server = try TestServer()
        let market = try HostileMarket(server)
        let other = try server.connect()
        for rule in HostileRule.all {
            try market.meet(rule)
            #expect(try other.call("PING") == .simple("PONG"), "\(rule.name)")
            #expect(try market.quote() == "10.00", "\(rule.name)")
        }
        let audit = try other.call("AUDIT").text ?? ""
        #expect(audit.hasPrefix("{\"ok\":true"), "\(audit)")
        // Eighty rules of 16 MiB each came and went: none of it is kept.
        #expect(server.residentKiB - market.residentBefore < 96 << 10)
        try server.restart()
        let again = try server.connect()
        #expect(try again.call("TRADE", "GET", "t-1").errorText == nil)
        #expect(try again.call("AUDIT").text?.hasPrefix("{\"ok\":true") ?? false)
    }

    /// The same as files of the watched folder: what may not be loaded is not there, the rest is
    /// there and off.
    @Test func asFiles() throws {
        let server = try TestServer()
        let client = try server.connect()
        let folder = server.folder.path + "/plugins"
        mkdir(folder, 0o700)
        for rule in HostileRule.all {
            _ = try server.folder.write("plugins/\(rule.name).lua", Array(rule.source.utf8))
        }
        let wanted = Set(HostileRule.all.filter { $0.ending != "refused" }.map(\.name))
        var loaded: Set<String> = []
        for _ in 0..<1_500 where loaded != wanted {
            usleep(20_000)
            let reply = try client.call("PLUGIN", "LIST").text ?? ""
            let list = try JSONReader.parse(reply.utf8.span)
            loaded = Set((list["items"]?.array ?? []).compactMap { $0["name"]?.string })
        }
        #expect(loaded == wanted)
        #expect(try client.call("PING") == .simple("PONG"))
    }
}

/// A market that meets one hostile rule after the other.
private final class HostileMarket {
    private let server: TestServer
    private let client: Connection
    private var trades = 0
    let residentBefore: Int

    init(_ server: TestServer) throws {
        self.server = server
        client = try server.connect()
        residentBefore = server.residentKiB
        for line in [
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0",
            "ITEM ADD water PRICE 10.00 CR", "INVENTORY ADD luna water 1000000",
            "CHANNEL ADD ops KIND log",
        ] { _ = try json(line.split(separator: " ").map(String.init)) }
        try trade()
    }

    func meet(_ rule: HostileRule) throws {
        client.send(Connection.request(["PLUGIN", "LOAD", rule.name, rule.source]))
        let answer = try client.reply()
        if rule.ending == "refused" {
            let text = answer.errorText ?? "loaded"
            #expect(text.contains(rule.name) || text.contains("line"), "\(rule.name): \(text)")
            #expect(answer.errorText != nil, "\(rule.name)")
            return
        }
        if let error = answer.errorText { throw Trouble("\(rule.name): \(error)") }
        _ = try json(["PLUGIN", "MODE", rule.name, "live"])
        try provoke(rule)
        let hook = try figures(rule)
        switch rule.ending {
        case "killed", "rejected": #expect(hook("kills") >= 3, "\(rule.name)")
        case "failed":
            #expect(hook("errors") >= 5, "\(rule.name)")
            #expect(hook("kills") == 0, "\(rule.name)")
        default: #expect(hook("errors") + hook("kills") == 0, "\(rule.name)")
        }
        #expect(hook("memory_peak") <= 16 << 20, "\(rule.name)")
        if rule.ending != "fine" { #expect(try mode(rule) == "off", "\(rule.name)") }
        _ = try json(["PLUGIN", "REMOVE", rule.name])
    }

    /// Trades, or waits for the hook behind the trades, until the rule is out of force.
    private func provoke(_ rule: HostileRule) throws {
        for _ in 0..<6 {
            if rule.ending == "rejected" {
                client.send(Connection.request(["TRADE", "CREATE", "luna", "mars", "water:1"]))
                let text = try client.reply().errorText
                if let text { #expect(text.hasPrefix("RULE"), "\(text)") }
            } else {
                try trade(rule.name)
            }
        }
        if rule.ending == "fine" { return }
        for _ in 0..<1_000 {
            if try mode(rule) == "off" { return }
            usleep(20_000)
            if rule.hook == "on" { try trade(rule.name) }
        }
    }

    /// A trade at the list price, whatever the rule in force does.
    private func trade(_ why: String = "") throws {
        trades += 1
        let trade = try json(["TRADE", "CREATE", "luna", "mars", "water:1", "ID", "t-\(trades)"])
        #expect(trade["total"]?.string == "10.00", "\(why)")
    }

    func quote() throws -> String? {
        try json(["TRADE", "QUOTE", "luna", "mars", "water:1"])["total"]?.string
    }

    private func mode(_ rule: HostileRule) throws -> String? {
        try json(["PLUGIN", "INFO", rule.name])["mode"]?.string
    }

    /// The sum of a counter over the rule's hooks.
    private func figures(_ rule: HostileRule) throws -> (String) -> Int64 {
        let hooks = try json(["PLUGIN", "STATS", rule.name])["hooks"]?.array ?? []
        return { name in hooks.reduce(0) { $0 + ($1[name]?.int64 ?? 0) } }
    }

    @discardableResult
    private func json(_ words: [String]) throws -> JSONValue {
        client.send(Connection.request(words))
        let reply = try client.reply()
        if let text = reply.errorText { throw Trouble("\(words.prefix(3)): \(text)") }
        return try JSONReader.parse((reply.text ?? "null").utf8.span)
    }
}
