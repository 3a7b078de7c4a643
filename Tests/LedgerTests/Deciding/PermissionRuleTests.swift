import Domain
import Testing

@testable import Ledger

/// Roles, and the stations that a user acts for.
@Suite struct PermissionRuleTests {
    /// The least role of each command.
    @Test func roles() throws {
        try Market.check { market in
            market.setUp(["SHIP ADD swift", "CURRENCY ADD USD Dollar 2"])
            let least: [(Role, [String])] = [
                (
                    .viewer,
                    ["TRADE QUOTE luna mars water:1", "TRADE LIST", "INVENTORY LEVEL luna ore"]
                ),
                (
                    .trader,
                    [
                        "TRADE CREATE luna mars water:1 ID t",
                        "TRADE RESERVE luna mars ore:1 TTL 9 ID r",
                        "TRADE COMMIT r", "TRADE PAY t", "TRADE CANCEL t",
                        "CARGO CREATE luna mars ore:1 ID c", "CARGO DISPATCH c",
                        "CARGO TRACK c 1 1 1",
                        "CARGO HOLD c", "CARGO RESUME c", "CARGO ETA c +1d", "CARGO DELIVER c",
                    ]
                ),
                (
                    .operator,
                    [
                        "INVENTORY ADD luna ore 1", "INVENTORY REMOVE luna ore 1",
                        "INVENTORY ADJUST luna ore 1 REASON x",
                        "INVENTORY HOLD luna ore 1 REASON x",
                        "INVENTORY RELEASE luna ore 1 REASON x", "INVENTORY LIMITS luna ore LOW 1",
                        "STATION SET luna NAME Luna", "STATION CLOSE vega", "STATION OPEN vega",
                    ]
                ),
                (
                    .admin,
                    [
                        "STATION ADD nova", "ITEM ADD tin", "ITEM SET tin NAME Tin",
                        "SHIP ADD slow",
                        "SHIP SET slow NAME Slow", "SHIP TRACK slow 1 1 1",
                        "CURRENCY ADD EUR Euro 2",
                        "RATE SET EUR CR 2",
                    ]
                ),
            ]
            for (role, lines) in least {
                for line in lines {
                    for lower in Role.allCases where lower < role {
                        let caller = Caller(
                            name: Identifier(literal: "u"), role: lower, stations: nil)
                        market.refuse(line, .noPerm, "role \(role.name)", as: caller)
                    }
                    let caller = Caller(name: Identifier(literal: "u"), role: role, stations: nil)
                    #expect(market.run(line, as: caller).error == nil, "\(line)")
                }
            }
            let viewer = Caller(name: Identifier(literal: "u"), role: .viewer, stations: nil)
            #expect(
                market.multi(["INVENTORY ADD luna ore 1"], as: viewer).error?.hasPrefix(
                    "EXECABORT command 1 (INVENTORY ADD): NOPERM") == true)
        }
    }

    /// Which side of a trade or shipment may do what; `nobody` is a stranger to both.
    @Test func scopes() throws {
        try Market.check { market in
            let luna = Caller.of("luna", name: "lu")
            let mars = Caller.of("mars", name: "ma")
            let nobody = Caller.of("vega", name: "ve")
            func only(_ allowed: [Caller], _ line: String, hidden: Bool = true) {
                for caller in [luna, mars, nobody] {
                    let answer = market.run(line, as: caller, isDryRun: true)
                    let code = answer.json().at("error.code")
                    if allowed.contains(caller) {
                        #expect(code == "no code", "\(caller.name) \(line): \(answer)")
                    } else if caller == nobody && hidden {
                        #expect(code == "NOTFOUND", "\(caller.name) \(line): \(answer)")
                    } else {
                        #expect(code == "NOPERM", "\(caller.name) \(line): \(answer)")
                    }
                }
            }
            only([luna, mars], "TRADE CREATE luna mars water:1", hidden: false)
            only([luna, mars], "TRADE RESERVE luna mars water:1 TTL 5", hidden: false)
            only([luna], "TRADE CREATE luna mars water:1@1", hidden: false)
            only([luna], "CARGO CREATE luna mars water:1", hidden: false)
            for command in ["ADD luna ore 1", "REMOVE luna ore 1", "LIMITS luna ore LOW 1"] {
                only([luna], "INVENTORY \(command)", hidden: false)
            }
            only([mars], "STATION SET mars NAME Mars", hidden: false)
            only([mars], "STATION CLOSE mars", hidden: false)
            market.setUp([
                "TRADE RESERVE luna mars water:1 TTL 500 ID r", "CARGO CREATE luna mars ore:1 ID p",
                "CARGO CREATE luna mars ore:1 ID c", "CARGO DISPATCH c",
                "CARGO CREATE luna mars ore:1 ID h", "CARGO DISPATCH h", "CARGO HOLD h",
            ])
            only([luna, mars], "TRADE COMMIT r")
            only([luna, mars], "TRADE CANCEL r")
            only([luna], "TRADE PAY r")
            only([luna], "CARGO DISPATCH p")
            only([luna], "CARGO CANCEL p")
            only([mars], "CARGO DELIVER c")
            only([mars], "CARGO RETURN c")
            only([luna, mars], "CARGO TRACK c 1 1 1")
            only([luna, mars], "CARGO HOLD c")
            only([luna, mars], "CARGO RESUME h")
            only([luna, mars], "CARGO ETA c +1d")
            only([luna, mars], "CARGO LOSE c")
        }
    }
}
