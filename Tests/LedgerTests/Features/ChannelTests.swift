import Basics
import Domain
import Storage
import Testing

@testable import Ledger

@Suite("Channels") struct ChannelTests {
    private func market() throws -> TestLedger {
        let market = try TestLedger()
        market.setUp(["STATION ADD luna", "STATION ADD mars"])
        return market
    }

    @Test func lifeOfAChannel() throws {
        let market = try market()
        let made = market.run(
            "CHANNEL ADD ops KIND webhook URL https://example.org/x STATION luna SECRET "
                + "whsec_topsecret1AAAAAAAAAAAAAAAAAAAAAA"
        )
        #expect(made.json().at("kind") == "webhook")
        #expect(made.json().at("secrets") == "1")
        #expect(!made.text.contains("topsecret1"))
        #expect(market.run("CHANNEL ADD ops KIND log").code == .exists)
        let changed = market.run(
            "CHANNEL SET ops SECRET whsec_topsecret2AAAAAAAAAAAAAAAAAAAAAA STATUS disabled"
        ).json()
        #expect(changed.at("secrets") == "2")
        #expect(changed.at("status") == "disabled")
        market.setUp([
            "CHANNEL SET ops SECRET whsec_topsecret3AAAAAAAAAAAAAAAAAAAAAA STATUS enabled"
        ])
        let ops = Identifier(literal: "ops")
        #expect(
            market.ledger.state.channel(ops)?.secrets == [
                "whsec_topsecret3AAAAAAAAAAAAAAAAAAAAAA", "whsec_topsecret2AAAAAAAAAAAAAAAAAAAAAA",
            ])
        market.setUp([
            "CHANNEL SET ops SECRET whsec_topsecret3AAAAAAAAAAAAAAAAAAAAAA",
            "CHANNEL SET ops STATION NONE",
        ])
        #expect(
            market.ledger.state.channel(ops)?.secrets == ["whsec_topsecret3AAAAAAAAAAAAAAAAAAAAAA"])
        market.setUp([
            "CHANNEL ROUTE ops shipment.delayed STATION luna", "CHANNEL ROUTE ops trade.*",
        ])
        #expect(market.run("CHANNEL ROUTE ops trade.*").code == .exists)
        let shown = market.run("CHANNEL GET ops").json()
        #expect(shown.at("routes.0.station") == "luna")
        #expect(shown.at("routes.1.pattern") == "trade.*")
        market.setUp(["CHANNEL UNROUTE ops shipment.delayed STATION luna"])
        #expect(market.run("CHANNEL UNROUTE ops shipment.delayed").code == .notFound)
        #expect(market.run("CHANNEL LIST").items("id") == ["ops"])
        market.setUp(["CHANNEL REMOVE ops"])
        #expect(market.run("CHANNEL LIST").items("id") == [])
        #expect(market.run("CHANNEL GET ops").isNull)
        #expect(market.run("CHANNEL SET ops URL NONE").code == .notFound)
        market.setUp(["CHANNEL ADD ops KIND log"])
        #expect(market.ledger.state.channel(ops)?.number == 2)
    }

    @Test(arguments: [
        ("CHANNEL ADD c KIND fax", ErrorCode.syntax), ("CHANNEL ADD c KIND webhook", .syntax),
        ("CHANNEL ADD c KIND webhook URL ftp://x", .syntax),
        ("CHANNEL ADD c KIND webhook URL https://", .syntax),
        ("CHANNEL ADD c KIND webhook URL https://a:b@x/", .syntax),
        ("CHANNEL ADD c KIND webhook URL https://x SECRET short", .range),
        ("CHANNEL ADD c KIND webhook URL https://x TO a@b", .syntax),
        ("CHANNEL ADD c KIND webhook URL https://x DIGEST 5m", .syntax),
        ("CHANNEL ADD c KIND log URL https://x", .syntax), ("CHANNEL ADD c KIND mail", .syntax),
        ("CHANNEL ADD c KIND mail TO a", .syntax), ("CHANNEL ADD c KIND mail TO a@b,", .syntax),
        ("CHANNEL ADD c KIND mail TO a@b@c", .syntax),
        ("CHANNEL ADD c KIND mail TO <a@b>", .syntax),
        ("CHANNEL ADD c KIND mail TO a@b URL https://x", .syntax),
        ("CHANNEL ADD c KIND mail TO a@b DIGEST 5ms", .range),
        ("CHANNEL ADD c KIND log STATION vega", .notFound), ("CHANNEL ADD c log", .err),
        ("CHANNEL SET old", .err), ("CHANNEL SET old KIND log", .syntax),
        ("CHANNEL ROUTE old shipment.delay", .syntax), ("CHANNEL ROUTE old notice.*", .syntax),
        ("CHANNEL ROUTE old notice.queued", .syntax), ("CHANNEL ROUTE none *", .notFound),
        ("CHANNEL REDELIVER old 1", .notFound), ("CHANNEL DROP old x", .notFound),
        ("CHANNEL DELIVERIES none", .notFound), ("CHANNEL DELIVERIES old CURSOR x", .syntax),
    ]) func refusals(line: String, code: ErrorCode) throws {
        let market = try market()
        market.setUp(["CHANNEL ADD old KIND log"])
        let answer = market.run(line)
        #expect(answer.code == code, "\(answer)")
        #expect(market.run("CHANNEL LIST").items("id") == ["old"])
    }

    @Test func secretsAreInNoMessage() throws {
        let market = try market()
        let answer = market.run("CHANNEL ADD c KIND webhook URL https://x SECRET hid")
        #expect(answer.error?.contains("hid") == false)
    }

    @Test func whoMayDoWhat() throws {
        let market = try market()
        market.setUp([
            "CHANNEL ADD own KIND log STATION luna", "CHANNEL ADD all KIND log",
            "CHANNEL ADD other KIND log STATION mars",
        ])
        let luna = Caller(
            name: Identifier(literal: "lu"), role: .operator,
            stations: [Identifier(literal: "luna")])
        func code(_ line: String) -> ErrorCode? { market.run(line, as: luna).code }
        #expect(code("CHANNEL ADD x KIND log") == .noPerm)
        #expect(code("CHANNEL SET own TEXT x") == .noPerm)
        #expect(code("CHANNEL REMOVE own") == .noPerm)
        #expect(code("CHANNEL ROUTE own trade.* STATION luna") == nil)
        #expect(code("CHANNEL ROUTE all trade.* STATION luna") == nil)
        #expect(code("CHANNEL ROUTE all trade.*") == .noPerm)
        #expect(code("CHANNEL ROUTE all trade.* STATION mars") == .noPerm)
        #expect(code("CHANNEL ROUTE other trade.* STATION luna") == .noPerm)
        #expect(code("CHANNEL ROUTE own trade.*") == .noPerm)
        #expect(market.run("CHANNEL LIST", as: luna).items("id") == ["all", "own"])
        #expect(market.run("CHANNEL GET other", as: luna).isNull)
        #expect(code("CHANNEL DELIVERIES own") == nil)
        #expect(code("CHANNEL DELIVERIES all") == .noPerm)
        #expect(code("CHANNEL DELIVERIES other") == .notFound)
        let trader = Caller(name: Identifier(literal: "tr"), role: .trader, stations: nil)
        #expect(market.run("CHANNEL LIST", as: trader).code == .noPerm)
    }
}
