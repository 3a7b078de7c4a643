import Basics
import Domain
import Storage
import Testing

@testable import Ledger

/// Who sees which events, and what the log keeps of what administrators do.
@Suite("Events of accounts") struct VisibilityTests {
    @Test func onlyAdministratorsSeeAccounts() throws {
        try Market.check { market in
            let events = market.events {
                market.setUp([
                    "USER ADD ann ROLE trader STATIONS luna PASSWORD long-enough",
                    "TOKEN ISSUE ann",
                ])
                market.ledger.recordAction(
                    command: "CONFIG SET", target: "loglevel", as: .local)
                let secret = SecretHash(high: Digest128(), low: Digest128())
                guard
                    let session = try? market.ledger.openSession(
                        user: Identifier(literal: "ann"), secret: secret, expires: .latest),
                    let rotated = try? market.ledger.rotateSession(
                        session.id, generation: 0, presented: secret, secret: secret),
                    case .rotated = rotated
                else {
                    Issue.record("no session")
                    return
                }
            }
            #expect(
                events.names == [
                    "user.added", "token.issued", "system.action", "token.issued",
                    "token.refreshed",
                ])
            let names = market.state.names
            let everything = Caller(
                name: Identifier(literal: "op"), role: .operator, stations: nil)
            for event in events {
                let isShown = event.type != .tokenRefreshed
                #expect(Caller.local.maySee(event, names: names) == isShown)
                #expect(!everything.maySee(event, names: names))
                #expect(!Caller.of("luna").maySee(event, names: names))
            }
            #expect(events.allSatisfy { $0.type.isOperational })
        }
    }

    /// A tracked ship shows the cargo aboard; rules and channels are from operators on.
    @Test func cargoAboardIsNotForStrangers() throws {
        try Market.check { market in
            market.setUp(["SHIP ADD swift"])
            let empty = market.events { market.take("SHIP TRACK swift 1 1 1") }
            market.setUp(["CARGO CREATE luna mars water:1 ID c", "CARGO DISPATCH c BY swift"])
            let laden = market.events { market.take("SHIP TRACK swift 2 2 2") }
            let channel = market.events { market.take("CHANNEL ADD ops KIND log STATION luna") }
            func seen(_ events: [Event], _ caller: Caller) -> Bool {
                events.count == 1 && caller.maySee(events[0], names: market.state.names)
            }
            for role in Role.allCases {
                let luna = Caller.of("luna", role: role)
                let mars = Caller.of("mars", role: role)
                let vega = Caller.of("vega", role: role)
                #expect(seen(empty, luna) && seen(empty, mars) && seen(empty, vega))
                #expect(seen(laden, luna) && seen(laden, mars) && !seen(laden, vega))
                #expect(seen(channel, luna) == (role >= .operator))
                #expect(!seen(channel, mars))
            }
        }
    }

    @Test func actionsAreKept() throws {
        try Market.check { market in
            let admin = Caller(
                name: Identifier(literal: "ada"), role: .admin, stations: nil)
            let events = market.events {
                market.ledger.recordAction(
                    command: "CLIENT KILL", target: "ID 7", detail: "1", as: admin)
                market.ledger.recordAction(
                    command: "AUDIT", detail: String(repeating: "x", count: 5_000), as: admin)
            }
            var text = ByteBuffer()
            let event = try #require(events.first)
            text.appendJSON(event, history: "h", names: market.state.names)
            let shown = text.bytes.validatedText ?? ""
            #expect(
                shown.hasSuffix(
                    #""data":{"command":"CLIENT KILL","target":"ID 7","detail":"1"}}"#))
            #expect(event.actor == admin.name)
            guard case .system(.action(let action)) = events.last?.data else {
                return #expect(Bool(false), "no action")
            }
            #expect(action.detail?.count == 1_024)
        }
    }

    @Test func routesNeverCarryThem() throws {
        try Market.check { market in
            market.take("CHANNEL ADD ops KIND log")
            for pattern in ["user.*", "user.added", "token.*", "system.action"] {
                market.refuse("CHANNEL ROUTE ops \(pattern)", .syntax, "fits no type")
            }
        }
    }

    /// Verification and AUDIT know the records, and what is gone.
    @Test func theLogProvesThem() throws {
        let market = try TestLedger()
        market.setUpMarket()
        market.setUp([
            "USER ADD ann ROLE trader STATIONS luna PASSWORD long-enough",
            "USER PASSWD admin long-enough", "TOKEN ISSUE ann", "USER SET ann STATIONS mars",
            "USER DISABLE ann", "USER ENABLE ann",
        ])
        let ann = Identifier(literal: "ann")
        let secret = SecretHash(high: Digest128(), low: Digest128())
        let first = try market.ledger.openSession(
            user: ann, secret: secret, expires: Timestamp(milliseconds: 1_795_000_001_000))
        market.clock.advance(milliseconds: 8 * 86_400_000)
        _ = try market.ledger.openSession(user: ann, secret: secret, expires: .latest)
        market.settle()
        #expect(market.ledger.state.grants[first.id] == nil)
        #expect(market.ledger.state.grants.count == 2)
        let run = AuditRun(
            view: market.ledger.store.latestView(), projections: market.context().projections)
        let report = try #require(try run.run())
        #expect(report.problems.isEmpty, "\(report.problems)")
        let view = market.ledger.durableView
        #expect(try view.users().map(\.name.text) == ["admin", "ann"])
        #expect(try view.grants().count == 2)
        try market.ledger.stop()
        let folder = try TestFolder()
        try FolderCopy.copy(market.folder.path, to: folder.path)
        #expect(try Verification.run(directory: folder.path).problems.isEmpty)
    }
}
