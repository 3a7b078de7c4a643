import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite("Tokens and sessions") struct TokenTests {
    private let ann = Identifier(literal: "ann")

    private func check(_ body: (Market, Caller) throws -> Void) throws {
        try Market.check { market in
            market.setUp([
                "USER ADD ann ROLE trader STATIONS luna PASSWORD long-enough",
                "USER ADD bob ROLE viewer STATIONS mars PASSWORD long-enough",
            ])
            try body(market, Caller(try #require(market.state.users[ann])))
        }
    }

    private func secret(_ byte: UInt8) throws -> SecretHash {
        try SecretHash.of([UInt8](repeating: byte, count: 32))
    }

    private func ending(_ market: Market, days: Int64) -> Timestamp {
        Timestamp(milliseconds: market.clock.wallMilliseconds() + days * 86_400_000)
    }

    @Test func lifeOfAToken() throws {
        try check { market, caller in
            let made = market.take("TOKEN ISSUE ann NAME ci TTL 1d", as: caller)
            let token = made.at("token")
            #expect(token.hasPrefix("ent_\(made.at("id"))_"))
            #expect(made.at("kind") == "api")
            #expect(made.at("name") == "ci")
            let found = TokenText.parse(token.utf8.span)
            let parsed = try #require(found)
            let grant = try #require(market.state.grants[parsed.id])
            #expect(grant.secret == parsed.secret)
            #expect(grant.expires == ending(market, days: 1))
            let listed = market.run("TOKEN LIST", as: caller)
            #expect(listed.items("id") == [made.at("id")])
            #expect(!listed.text.contains("token\":"))
            #expect(market.run("TOKEN LIST USER bob").items("id") == [])
            let revoked = market.take("TOKEN REVOKE \(parsed.id)", as: caller)
            #expect(revoked.at("revoked") != "null")
            market.refuse("TOKEN REVOKE \(parsed.id)", .badState, "has ended", as: caller)
            market.refuse("TOKEN REVOKE nothing", .notFound)
        }
    }

    @Test func othersTokens() throws {
        try check { market, caller in
            market.refuse("TOKEN ISSUE bob", .noPerm, "role admin", as: caller)
            market.refuse("TOKEN LIST USER bob", .noPerm, as: caller)
            market.refuse("TOKEN ISSUE nobody", .notFound)
            market.refuse("TOKEN ISSUE local", .notFound)
            let other = market.take("TOKEN ISSUE bob").at("id")
            market.refuse("TOKEN REVOKE \(other)", .notFound, as: caller)
            #expect(market.run("TOKEN LIST", as: caller).items("id") == [])
            #expect(market.run("TOKEN LIST").items("user") == ["bob"])
            market.take("USER DISABLE bob")
            market.refuse("TOKEN ISSUE bob", .badState, "disabled")
            market.take("TOKEN REVOKE \(other)")
            for line in ["TTL 0s", "TTL 4000d"] {
                market.refuse("TOKEN ISSUE ann \(line)", .range)
            }
            market.refuse("TOKEN ISSUE ann TTL soon", .syntax)
        }
    }

    /// A token that ends cannot make itself immortal.
    @Test func tokensOfTokens() throws {
        try check { market, _ in
            let id = try #require(
                Identifier(market.take("TOKEN ISSUE ann TTL 1h").at("id")))
            let caller = Caller(
                name: ann, role: .trader, stations: nil, grant: id, expires: nil)
            market.refuse("TOKEN ISSUE ann", .noPerm, "ends at", as: caller)
            market.refuse("TOKEN ISSUE ann TTL 2h", .noPerm, as: caller)
            market.take("TOKEN ISSUE ann TTL 30m", as: caller)
        }
    }

    @Test func repeatsAndDryRuns() throws {
        try check { market, caller in
            let dry = market.run("TOKEN ISSUE ann", as: caller, isDryRun: true)
            #expect(dry.json().at("result.token") == "null")
            #expect(!dry.text.contains("ent_"))
            #expect(market.state.grants.isEmpty)
            let made = market.take("TOKEN ISSUE ann NAME ci", as: caller, key: "k")
            #expect(made.at("token").hasPrefix("ent_"))
            let again = market.take("TOKEN ISSUE ann NAME ci", as: caller, key: "k")
            #expect(again.at("token") == "null")
            #expect(again.at("replayed") == "true")
            #expect(again.at("id") == made.at("id"))
            market.refuse("TOKEN ISSUE ann NAME cd", .conflict, "NAME", as: caller, key: "k")
            let revoke = "TOKEN REVOKE \(made.at("id"))"
            market.take(revoke, as: caller, key: "k2")
            #expect(market.take(revoke, as: caller, key: "k2").at("replayed") == "true")
            #expect(
                market.multi(["TOKEN ISSUE ann"], as: caller).error?.contains(
                    "not allowed inside MULTI") == true)
        }
    }

    @Test func tokensAreLimited() throws {
        try check { market, caller in
            for _ in 0..<Grant.tokenLimit {
                market.run("TOKEN ISSUE ann", as: caller, isSettled: false)
            }
            market.refuse("TOKEN ISSUE ann", .limit, "revoke some", as: caller)
            let ids = market.state.grants(of: ann).map(\.id)
            for id in ids { market.run("TOKEN REVOKE \(id)", as: caller, isSettled: false) }
            market.take("TOKEN ISSUE ann", as: caller)
            // Half as many ended ones are kept, and for seven days.
            #expect(market.state.grants(of: ann).count == 1 + Grant.tokenLimit / 2)
            market.clock.advance(seconds: 7 * 86_400)
            market.take("TOKEN ISSUE ann", as: caller)
            #expect(market.state.grants(of: ann).count == 2)
        }
    }

    @Test func sessions() throws {
        try check { market, _ in
            let ledger = market.ledger
            let made = try ledger.openSession(
                user: ann, secret: secret(1), expires: ending(market, days: 30))
            #expect(made.kind == .session && made.generation == 0)
            guard
                case .rotated(let next) = try ledger.rotateSession(
                    made.id, generation: 0, presented: secret(1), secret: secret(2))
            else { return #expect(Bool(false), "not rotated") }
            #expect(try next.generation == 1 && next.secret == secret(2))
            #expect(market.state.grants[made.id] == next)
            // Of the future: nobody was given that one.
            guard
                case .ended = try ledger.rotateSession(
                    made.id, generation: 2, presented: secret(2), secret: secret(3))
            else { return #expect(Bool(false), "a generation to come") }
            // Used before: the whole family ends.
            guard
                case .reused = try ledger.rotateSession(
                    made.id, generation: 0, presented: secret(1), secret: secret(3))
            else { return #expect(Bool(false), "reused") }
            #expect(market.state.grants[made.id]?.revoked != nil)
            guard
                case .ended = try ledger.rotateSession(
                    made.id, generation: 1, presented: secret(2), secret: secret(3))
            else { return #expect(Bool(false), "ended") }
            #expect(try ledger.revokeGrant(made.id, reason: "again") == nil)
            #expect(throws: CommandError.self) {
                try ledger.openSession(
                    user: .local, secret: secret(1), expires: ending(market, days: 1))
            }
        }
    }

    /// A store that was set back gives its generations again: a token of the other future is not
    /// this session's.
    @Test func aTokenOfAnotherFutureEndsTheSession() throws {
        try check { market, _ in
            let ledger = market.ledger
            let made = try ledger.openSession(
                user: ann, secret: secret(1), expires: ending(market, days: 1))
            guard
                case .reused = try ledger.rotateSession(
                    made.id, generation: 0, presented: secret(9), secret: secret(2))
            else { return #expect(Bool(false), "another secret was taken") }
            #expect(market.state.grants[made.id]?.revoked != nil)
        }
    }

    @Test func whoFoundATokenCanRevokeIt() throws {
        try check { market, caller in
            let token = market.take("TOKEN ISSUE ann NAME found", as: caller).at("token")
            #expect(market.take("TOKEN REVOKE \(token)", as: caller).at("name") == "found")
            let broken = String(token.dropLast())
            market.refuse("TOKEN REVOKE \(broken)", .syntax, "an id of TOKEN LIST", as: caller)
        }
    }

    /// A token with an end must not become a password without one.
    @Test func anAPITokenSetsNoPassword() throws {
        try check { market, _ in
            market.take("TOKEN ISSUE ann TTL 1h")
            let grant = try #require(market.state.grants(of: ann).first)
            let user = try #require(market.state.users[ann])
            let byToken = Caller(user, grant: grant.id, expires: grant.expires)
            market.refuse(
                "USER PASSWD ann another-one", .noPerm, "an API token cannot", as: byToken)
            let session = try market.ledger.openSession(
                user: ann, secret: secret(1), expires: ending(market, days: 1))
            market.take("USER PASSWD ann another-one", as: Caller(user, grant: session.id))
        }
    }

    @Test func sessionsEnd() throws {
        try check { market, _ in
            let ledger = market.ledger
            func open() throws -> Identifier {
                try ledger.openSession(
                    user: ann, secret: secret(1), expires: ending(market, days: 1)
                ).id
            }
            let first = try open()
            #expect(try ledger.revokeGrant(first, reason: "logged out")?.revoked != nil)
            let second = try open()
            market.take("TOKEN ISSUE ann")
            market.makes(["user.password", "token.revoked"]) {
                market.take("USER PASSWD ann another-one")
            }
            #expect(market.state.grants[second]?.revoked != nil)
            let third = try open()
            market.take("USER DISABLE ann")
            guard
                case .ended = try ledger.rotateSession(
                    third, generation: 0, presented: secret(1), secret: secret(2))
            else { return #expect(Bool(false), "a disabled user's session goes on") }
            #expect(throws: CommandError.self) { try open() }
            market.take("USER ENABLE ann")
            market.clock.advance(seconds: 86_400)
            guard
                case .ended = try ledger.rotateSession(
                    third, generation: 0, presented: secret(1), secret: secret(2))
            else { return #expect(Bool(false), "an expired session goes on") }
            market.clock.advance(seconds: 8 * 86_400)
            let last = try open()
            #expect(
                market.state.grants(of: ann).filter { $0.kind == .session }.map(\.id) == [last])
            market.settle()
        }
    }

    @Test func sessionsAreLimited() throws {
        try check { market, _ in
            let ledger = market.ledger
            var ids: [Identifier] = []
            for _ in 0..<(Grant.sessionLimit * 2) {
                ids.append(
                    try ledger.openSession(
                        user: ann, secret: secret(1), expires: ending(market, days: 1)
                    ).id)
            }
            market.settle()
            let grants = market.state.grants(of: ann)
            let live = grants.filter { $0.revoked == nil }
            #expect(live.map(\.id) == Array(ids.suffix(Grant.sessionLimit)))
            #expect(grants.count <= Grant.sessionLimit * 3 / 2)
        }
    }

    @Test(arguments: [
        "", "ent_", "ent_a_", "ent__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ENT_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ent_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ent_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ent_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "ent_a_+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "ent_a_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "ent_a/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func noTokens(text: String) {
        let found = TokenText.parse(text.utf8.span)
        #expect(found == nil)
    }

    @Test func tokenTexts() throws {
        let id = Identifier(literal: "01JD6YV8R0_x")
        for byte: UInt8 in [0, 1, 0x7f, 0xff, 0xfb] {
            let secret = [UInt8](repeating: byte, count: 32)
            let text = TokenText.text(id: id, secret: secret)
            let found = TokenText.parse(text.utf8.span)
            let hash = try SecretHash.of(secret)
            #expect(found?.id == id)
            #expect(found?.secret == hash)
        }
    }
}
