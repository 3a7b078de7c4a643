import Domain
import Testing

@testable import Ledger

/// Thousands of commands that a seed chooses, valid and not: whatever they do, the audit holds.
@Suite struct RandomMarketTests {
    /// SplitMix64.
    private struct Seeded {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
            return z ^ (z >> 31)
        }

        mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

        mutating func of<Element>(_ elements: [Element]) -> Element {
            elements[below(elements.count)]
        }
    }

    @Test(arguments: [1, 20_261_120, UInt64.max])
    func anySequence(seed: UInt64) throws {
        try Market.check { market in
            var random = Seeded(state: seed)
            market.setUp([
                "SHIP ADD swift MASS 300 VOLUME 0.3", "SHIP ADD slow", "CURRENCY ADD USD Dollar 2",
                "RATE SET USD CR 2.5", "INVENTORY LIMITS mars water CAPACITY 400",
                "INVENTORY LIMITS luna ore LOW 300 ASK 1.11 USD",
            ])
            var taken = 0
            for step in 0..<2_000 {
                let roll = random.below(100)
                if roll < 4 {
                    market.pass(seconds: Int64(random.below(40)))
                } else if roll < 10 {
                    let lines = (0..<1 + random.below(5)).map { _ in line(&random, step) }
                    if market.multi(lines).error == nil { taken += 1 }
                } else {
                    let key = random.below(8) == 0 ? "k-\(random.below(20))" : nil
                    let answer = market.run(
                        line(&random, step), key: key, isDryRun: random.below(20) == 0,
                        isSettled: random.below(3) == 0)
                    if answer.error == nil { taken += 1 }
                    if case .error(let error) = answer.value, error.code == .err {
                        Issue.record("seed \(seed), step \(step): \(error.message)")
                    }
                }
                if step == 1_000 { try market.restart() }
            }
            #expect(taken > 300, "seed \(seed): only \(taken) commands were taken")
        }
    }

    private func line(_ random: inout Seeded, _ step: Int) -> String {
        let stations = ["luna", "mars", "vega"]
        let items = ["water", "ore", "gas"]
        let one = random.of(stations)
        let other = random.of(stations)
        let item = random.of(items)
        let quantity = random.below(60)
        let id = "x-\(random.below(60))"
        let ship = random.of(["swift", "slow"])
        var goods = "\(item):\(quantity)"
        for _ in 0..<random.below(3) { goods += " \(random.of(items)):\(random.below(30))" }
        switch random.below(30) {
        case 0...3: return "TRADE CREATE \(one) \(other) \(goods)@2 ID x-\(step % 60)"
        case 4...6: return "TRADE RESERVE \(one) \(other) \(goods)@2 TTL \(quantity) ID \(id)"
        case 7: return "TRADE CREATE \(one) \(other) \(goods) CURRENCY USD MAX 500"
        case 8: return "TRADE COMMIT \(id)"
        case 9: return "TRADE CANCEL \(id) REASON r"
        case 10: return "TRADE PAY \(id)"
        case 11...13: return "CARGO CREATE \(one) \(other) \(goods) ID \(id) ETA +\(quantity)s"
        case 14, 15: return "CARGO DISPATCH \(id) BY \(ship)"
        case 16: return "CARGO DISPATCH \(id)"
        case 17, 18: return "CARGO DELIVER \(id) \(goods) LOST \(item):1"
        case 19: return "CARGO DELIVER \(id)"
        case 20: return "CARGO \(random.of(["HOLD", "RESUME", "LOSE", "RETURN", "CANCEL"])) \(id)"
        case 21: return "CARGO ETA \(id) +\(quantity)s"
        case 22: return "SHIP TRACK \(ship) \(quantity) 1 1"
        case 23: return "STATION \(random.of(["CLOSE", "OPEN", "OPEN"])) \(one)"
        case 24: return "INVENTORY LIMITS \(one) \(item) CAPACITY \(quantity * 20)"
        case 25: return "INVENTORY HOLD \(one) \(item) \(quantity) REASON r"
        case 26: return "INVENTORY RELEASE \(one) \(item) \(quantity) REASON r"
        case 27: return "INVENTORY REMOVE \(one) \(item) \(quantity)"
        case 28: return "INVENTORY ADJUST \(one) \(item) \(quantity - 30) REASON r"
        default: return "INVENTORY ADD \(one) \(item) \(quantity * 2)"
        }
    }
}
