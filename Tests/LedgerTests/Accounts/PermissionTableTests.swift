import Basics
import Domain
import JSON
import Storage
import Testing

@testable import Ledger

/// Every command, as every role, from every side, against a whole ledger.
@Suite("Who may do what") struct PermissionTableTests {
    private static let name = Identifier(literal: "u")

    @Test func everyCommandIsInTheTable() {
        let written = Set(PermissionRow.all.map(\.command))
        let known = Set(CommandTable.all.map(\.name))
        #expect(known.subtracting(written).isEmpty, "not in the table")
        #expect(written.subtracting(known).isEmpty, "no such command")
    }

    /// Somebody of a side: the stations it acts for, and what the table says of it.
    private struct Side: Sendable {
        let name: String
        let stations: Set<Identifier>?
        let outcome: @Sendable (PermissionRow.Sides) -> String
    }

    private static let sides: [Side] = [
        Side(name: "luna", stations: [Identifier(literal: "luna")], outcome: { $0.luna }),
        Side(name: "mars", stations: [Identifier(literal: "mars")], outcome: { $0.mars }),
        Side(name: "vega", stations: [Identifier(literal: "vega")], outcome: { $0.vega }),
        Side(name: "all", stations: nil, outcome: { $0.all }),
    ]

    @Test func everyRoleFromEverySide() throws {
        let market = try world()
        let seq = market.ledger.writtenSeq
        for row in PermissionRow.all {
            for role in Role.allCases {
                for side in Self.sides {
                    // Administrators act for all stations, whatever else.
                    if role == .admin && side.stations != nil { continue }
                    let caller = Caller(name: Self.name, role: role, stations: side.stations)
                    let wanted =
                        role < row.least
                        ? "NOPERM"
                        : role == .admin ? row.sides.admin : side.outcome(row.sides)
                    let found = try outcome(of: row, as: caller, market)
                    #expect(
                        found.hasPrefix(wanted),
                        "\(row.line ?? row.command) as \(role) of \(side.name): \(found)")
                }
            }
        }
        #expect(market.ledger.writtenSeq == seq, "the table left something behind")
    }

    /// A world with trades and cargo from luna to mars, rules, channels and users.
    private func world() throws -> Market {
        let market = try Market()
        let rules = StubRules()
        market.ledger.rules = rules
        market.setUp(PermissionRow.world)
        for (name, text, station) in [
            ("own", "src-own", "luna"), ("old", "src-1", "luna"), ("old", "src-2", "luna"),
            ("wide", "src-wide", nil),
        ] {
            try rules.check(name, text, version: text, station: station)
            market.take("PLUGIN LOAD \(name) \(text)")
            if name == "old" { market.take("PLUGIN MODE old live") }
        }
        let draft = NoticeDraft(
            channel: Identifier(literal: "ops"), rule: nil, station: nil, event: 1,
            time: Timestamp(milliseconds: market.clock.wallMilliseconds()))
        _ = try market.ledger.queueNotices(NoticeBatch(cursor: nil, drafts: [draft]))
        market.settle()
        return market
    }

    /// `ok …`, `null`, `items:n`, or a code with its sentence.
    private func outcome(
        of row: PermissionRow, as caller: Caller, _ market: Market
    ) throws -> String {
        let spec = try #require(CommandTable.find(name: row.command))
        guard let line = row.line else {
            do throws(CommandError) { try Permission.check(spec, caller) } catch {
                return "\(error.code.rawValue) \(error.message)"
            }
            return "ok"
        }
        let token = market.state.grants.keys.first
        let words = Market.words(
            line.split(separator: " ").map { $0 == "{v}" ? "\(token ?? .local)" : "\($0)" }
                .joined(separator: " "))
        let answer = market.run(words: words, as: caller, isDryRun: true, isSettled: false)
        if let error = answer.error { return error }
        guard case .record = answer.value else { return answer.isNull ? "null" : "ok" }
        let json = answer.json()
        if case .write = spec.handler {
            let code = json.at("error.code")
            return code == "no code" ? "ok" : "\(code) \(json.at("error.message"))"
        }
        guard case .array(let items)? = json["items"] else { return "ok" }
        return wantsItems(row, caller) ? "items:\(items.count)" : "ok"
    }

    private func wantsItems(_ row: PermissionRow, _ caller: Caller) -> Bool {
        let sides = row.sides
        if caller.role == .admin { return sides.admin.hasPrefix("items") }
        return caller.stations == nil
            ? sides.all.hasPrefix("items") : sides.luna.hasPrefix("items")
    }
}
