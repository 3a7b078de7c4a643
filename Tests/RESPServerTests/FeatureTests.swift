import Basics
import Connections
import Domain
import Ledger
import RESP
import System
import Testing

@testable import RESPServer

/// Features that answer on threads of their own.
private final class StubFeatures: FeatureCommands {
    private let rules: StubRules

    init(_ rules: StubRules) { self.rules = rules }

    func run(
        _ spec: CommandSpec, _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        let name = spec.name
        let last = String(decoding: words.last ?? [], as: UTF8.self)
        let result: FeatureResult
        switch name {
        case "PLUGIN LOAD" where last == "bad":
            result = .error(CommandError(.err, "p:1: bad"))
        case "PLUGIN LOAD":
            rules.check(last)
            result = .proceed
        default: result = .reply(.text("\(name) of \(last)"))
        }
        // On another thread, after a while.
        _ = try? SystemThread(name: "feature") {
            _ = WaitableFlag().wait(milliseconds: 20)
            complete(result)
        }
    }
}

/// Rules that take every source.
private final class StubRules: RuleBook {
    private var known: Set<Digest128> = []

    func check(_ text: String) {
        if let source = try? PluginSource(name: Identifier(literal: "p"), text: text) {
            known.insert(source.digest)
        }
    }

    func begin(isMulti: Bool, isDryRun: Bool) {}
    func concerns(seller: StationNumber, buyer: StationNumber) -> Bool { false }
    func price(
        _ trade: borrowing RuleTrade, line: Int, base: PriceStep, steps: inout [PriceStep],
        in transaction: Transaction
    ) throws(CommandError) -> Int64 { base.after }
    func validate(_ trade: borrowing RuleTrade, in: Transaction) throws(CommandError) {}
    func eta(_ shipment: borrowing Shipment, in: Transaction) throws(CommandError) -> Timestamp? {
        nil
    }
    func takeReferences() -> [RuleReference] { [] }
    func takeActions() -> [RuleAction] { [] }
    func adopt(_ change: PluginChange) {}
    func checked(_ digest: Digest128) -> PluginMetadata? {
        if !known.contains(digest) { return nil }
        return PluginMetadata(
            name: Identifier(literal: "p"), declared: "1", station: nil, priority: 1, hooks: [],
            description: nil, onError: .skip)
    }
}

@Suite("Commands of rules and channels") struct FeatureTests {
    /// All texts of a reply, one after the other.
    private static func flat(_ value: RESPValue?) -> String {
        guard let value else { return "" }
        if case .simple(let text) = value { return text }
        return value.text ?? (value.elements ?? []).map { flat($0) }.joined(separator: " ")
    }

    private func serving(_ body: (TestClient, TestClient) throws -> Void) throws {
        let server = try RunningServer {
            $0.attach = { ledger, server in
                let rules = StubRules()
                ledger.rules = rules
                server.serving.features = StubFeatures(rules)
            }
        }
        defer { server.stop() }
        try body(try server.connect(), try server.connect())
    }

    @Test func aConnectionWaitsAndTheOthersGoOn() throws {
        try serving { client, other in
            try client.send("PLUGIN TEST p\r\nPING\r\n")
            #expect(try other.ask("PING") == .simple("PONG"))
            #expect(try client.reply()?.text == "PLUGIN TEST of p")
            #expect(try client.reply() == .simple("PONG"))
            #expect(try client.ask("CHANNEL TEST ops")?.text == "CHANNEL TEST of ops")
            #expect(try client.ask("KEY k PLUGIN TEST p")?.errorText?.hasPrefix("SYNTAX") == true)
            #expect(try client.ask("MULTI") == .simple("OK"))
            #expect(
                try client.ask("PLUGIN STATS")?.errorText
                    == "ERR PLUGIN STATS is not allowed inside MULTI")
            #expect(try client.ask("DISCARD") == .simple("OK"))
        }
    }

    @Test func aSourceIsCheckedBeforeItIsWritten() throws {
        try serving { client, other in
            #expect(try client.ask("PLUGIN LOAD p bad")?.errorText == "ERR p:1: bad")
            #expect(try client.ask("PLUGIN INFO p") == .null)
            let dry = try client.ask("DRYRUN PLUGIN LOAD p good")?.text ?? ""
            #expect(dry.contains("plugin.loaded") && !dry.contains("good"))
            #expect(try client.ask("PLUGIN INFO p") == .null)
            #expect(try other.ask("MONITOR") == .simple("OK"))
            let loaded = try client.ask("KEY k PLUGIN LOAD p good")?.text ?? ""
            #expect(loaded.contains(#""mode":"off""#))
            let line = try other.reply()
            #expect(Self.flat(line).contains("(redacted)"))
            let again = try client.ask("KEY k PLUGIN LOAD p good")?.text ?? ""
            #expect(again.contains(#""replayed":true"#))
            #expect(try client.ask("PLUGIN SOURCE p")?.text == "good")
        }
    }

    @Test func withoutFeatures() throws {
        let server = try RunningServer()
        defer { server.stop() }
        let client = try server.connect()
        for line in ["PLUGIN TEST p", "CHANNEL TEST ops", "PLUGIN LOAD p x", "PLUGIN STATS"] {
            #expect(try client.ask(line) == .error("ERR rules are not available"))
        }
    }

    /// Progress of notices is in no stream and no subscription; what a channel does is.
    @Test func internalEventsAreInNoFeed() throws {
        let server = try RunningServer {
            $0.attach = { ledger, _ in
                let inbox = ledger.inbox
                inbox.submit { ledger in
                    var draft = NoticeDraft(
                        channel: Identifier(literal: "ops"), rule: nil, station: nil, event: 1,
                        time: Timestamp(milliseconds: 0))
                    draft.text = "hello"
                    let batch = NoticeBatch(
                        cursor: HookCursor(owner: HookCursor.routes, seq: 1), drafts: [draft])
                    _ = try? ledger.queueNotices(batch)
                }
            }
        }
        defer { server.stop() }
        let (client, other) = (try server.connect(), try server.connect())
        try other.send("PSUBSCRIBE *.*\r\n")
        _ = try other.reply()
        #expect(try client.ask("CHANNEL ADD ops KIND log")?.text?.isEmpty == false)
        let pushed = Self.flat(try other.reply())
        #expect(pushed.contains("channel.added"))
        let entries = Self.flat(try client.ask("XRANGE events - +"))
        #expect(entries.contains("channel.added") && !entries.contains("notice.queued"))
    }
}
