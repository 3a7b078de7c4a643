import Domain
import JSON
import TestSupport
import Testing

@testable import Ledger

/// Thousands of commands that a seed chooses, valid and not: whatever they do, the audit holds.
@Suite struct RandomMarketTests {
    /// What the commands so far have made: the next ones go on with it.
    private struct Made {
        var trades: [String] = []
        var cargo: [String] = []

        /// Remembers the ids in a reply.
        mutating func note(_ answer: Answer) {
            guard case .record = answer.value else { return }
            let record = answer.json()
            if record["seller"] != nil { trades.append(record.at("id")) }
            if record["origin"] != nil { cargo.append(record.at("id")) }
            if case .array(let shipments)? = record["shipments"] {
                cargo.append(contentsOf: shipments.map(\.shortText))
            }
            trades = trades.suffix(30)
            cargo = cargo.suffix(30)
        }
    }

    @Test(arguments: [1, 20_261_120, UInt64.max])
    func anySequence(seed: UInt64) throws {
        try Market.check { market in
            var random = SeededGenerator(seed: seed)
            var made = Made()
            market.setUp([
                "SHIP ADD swift MASS 300 VOLUME 0.3", "SHIP ADD slow", "CURRENCY ADD USD Dollar 2",
                "RATE SET USD CR 2.5", "INVENTORY LIMITS mars water CAPACITY 400",
                "INVENTORY LIMITS luna ore LOW 300 ASK 1.11 USD", "ITEM SET gas PRICE 0.07 USD",
            ])
            var taken = 0
            for step in 0..<2_000 {
                let roll = random.below(100)
                if roll < 4 {
                    market.pass(seconds: Int64(random.below(40)))
                } else if roll < 10 {
                    let lines = (0..<1 + random.below(5)).map { _ in line(&random, made, step) }
                    if market.multi(lines).error == nil { taken += 1 }
                } else {
                    let key = random.below(8) == 0 ? "k-\(random.below(20))" : nil
                    let answer = market.run(
                        line(&random, made, step), key: key, isDryRun: random.below(20) == 0,
                        isSettled: random.below(3) == 0)
                    made.note(answer)
                    if answer.error == nil { taken += 1 }
                    if case .error(let error) = answer.value, error.code == .err {
                        Issue.record("seed \(seed), step \(step): \(error.message)")
                    }
                }
                if step == 1_000 { try market.restart() }
            }
            #expect(taken > 400, "seed \(seed): only \(taken) commands were taken")
        }
    }

    private func line(_ random: inout SeededGenerator, _ made: Made, _ step: Int) -> String {
        let stations = ["luna", "mars", "vega"]
        let items = ["water", "ore", "gas"]
        let one = random.below(3)
        let from = stations[one]
        let to = stations[(one + (random.below(10) == 0 ? 0 : 1 + random.below(2))) % 3]
        let item = random.of(items)
        let quantity = random.below(30)
        let trade = made.trades.isEmpty ? "none" : random.of(made.trades)
        let cargo = made.cargo.isEmpty ? "none" : random.of(made.cargo)
        let id = "x-\(random.below(400))"
        let ship = random.of(["swift", "slow"])
        var goods = "\(item):\(quantity)"
        for _ in 0..<random.below(3) { goods += " \(random.of(items)):\(1 + random.below(10))" }
        switch random.below(34) {
        case 0...3: return "TRADE CREATE \(from) \(to) \(goods)@2 ID \(id)"
        case 4...6: return "TRADE RESERVE \(from) \(to) \(goods)@2 TTL \(quantity * 4) ID \(id)"
        case 7: return "TRADE CREATE \(from) \(to) \(goods) CURRENCY USD MAX 500"
        case 8, 9: return "TRADE COMMIT \(trade)"
        case 10: return "TRADE CANCEL \(trade) REASON r"
        case 11: return "TRADE PAY \(trade)"
        case 12, 13: return "CARGO CREATE \(from) \(to) \(goods) ID \(id) ETA +\(quantity)s"
        case 14, 15: return "CARGO DISPATCH \(cargo) BY \(ship)"
        case 16, 17: return "CARGO DISPATCH \(cargo)"
        case 18: return "CARGO DELIVER \(cargo) \(item):\(1 + quantity % 4) LOST \(item):1"
        case 19, 20: return "CARGO DELIVER \(cargo)"
        case 21:
            return "CARGO \(random.of(["HOLD", "RESUME", "LOSE", "RETURN", "CANCEL"])) \(cargo)"
        case 22: return "CARGO ETA \(cargo) +\(quantity)s"
        case 23: return "SHIP TRACK \(ship) \(quantity) 1 1"
        case 24: return "STATION \(random.of(["CLOSE", "OPEN", "OPEN", "OPEN"])) \(from)"
        case 25: return "INVENTORY LIMITS \(from) \(item) CAPACITY \(quantity * 20)"
        case 26: return "INVENTORY LIMITS \(from) \(item) CAPACITY NONE LOW \(quantity)"
        case 27: return "INVENTORY HOLD \(from) \(item) \(quantity) REASON r"
        case 28: return "INVENTORY RELEASE \(from) \(item) \(quantity) REASON r"
        case 29: return "INVENTORY REMOVE \(from) \(item) \(quantity)"
        case 30: return "INVENTORY ADJUST \(from) \(item) \(quantity - 15) REASON r"
        default: return "INVENTORY ADD \(from) \(item) \(quantity * 4)"
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    fileprivate mutating func of<Element>(_ elements: [Element]) -> Element {
        elements[below(elements.count)]
    }
}
