import Basics
import Domain
import Testing

@testable import Ledger

/// Which requests are the same, and what is said of those that are not.
@Suite struct SameRequestTests {
    private static func vector(_ line: String) -> ArgumentVector {
        var words = ArgumentVector()
        for word in Market.words(line) { words.append(word.span) }
        return words
    }

    private static func hash(_ line: String) throws -> UInt64 {
        let words = vector(line)
        return RequestHash.of(words, try CommandTable.find(words))
    }

    @Test(arguments: [
        (
            "TRADE CREATE luna mars water:5 ore:2@3 ID t REF a ETA +1h TRACE",
            "trade Create luna mars water:5 ore:2@3 trace eta +1h id t ref a"
        ),
        ("ITEM SET ore NAME NONE PRICE NONE", "item set ore price none name None"),
        ("ITEM SET ore PRICE 5 CR STATUS retired", "item set ore status retired price 5 CR"),
        ("CARGO DELIVER c a:1 LOST b:1 REASON x", "cargo deliver c a:1 lost b:1 reason x"),
        ("STATION ADD s KIND depot AT 1 2 3", "station add s at 1 2 3 kind depot"),
        ("INVENTORY ADJUST luna ore 5 REASON x", "inventory adjust luna ore 5 reason x"),
        ("TRADE RESERVE a b c:1 TTL 5 ID t", "trade reserve a b c:1 id t ttl 5"),
        ("CHANNEL ADD c KIND log STATION s", "channel add c station s kind log"),
    ])
    func spellingsOfOneRequest(first: String, second: String) throws {
        #expect(try Self.hash(first) == Self.hash(second))
    }

    @Test(arguments: [
        ("STATION ADD s NAME id", "STATION ADD s NAME ID"),
        ("STATION ADD name", "STATION ADD NAME"),
        ("INVENTORY ADD luna ore 5 REASON reason", "INVENTORY ADD luna ore 5 REASON REASON"),
        ("INVENTORY ADD luna ore 5 REASON none", "INVENTORY ADD luna ore 5 REASON NONE"),
        ("STATION SET s NAME a KIND depot", "STATION SET s NAME KIND KIND depot"),
        ("STATION ADD s KIND depot", "STATION ADD s KIND Depot"),
    ])
    func valuesCountAsSent(first: String, second: String) throws {
        #expect(try Self.hash(first) != Self.hash(second))
    }

    /// What older stores keep is the hash of the words as they were sent.
    @Test func capitalsHashAsTheyAlwaysDid() throws {
        for line in [
            "TRADE CREATE luna mars water:5 ID t CURRENCY CR MAX 5 ETA +1h REF x META {} TRACE",
            "STATION ADD s NAME x KIND depot ORBITS p AT 1 2 3 META {}", "TRADE COMMIT t",
            "CARGO DELIVER c a:1 LOST b:1 REASON x", "INVENTORY LIMITS a b CAPACITY 1 LOW NONE",
            "RATE SET CR EUR 2", "SHIP TRACK s 1 2 3 NOTE x", "CARGO DISPATCH c BY s ETA +1d",
        ] {
            let words = Self.vector(line)
            let sent = RequestHash.asSent(words)
            #expect(try Self.hash(line) == sent, "\(line)")
        }
        let lower = Self.vector("trade commit t")
        let sent = RequestHash.asSent(lower)
        let isSame = RequestHash.matches(sent, 0, lower)
        #expect(isSame)
    }

    @Test func aRepeatInOtherLetters() throws {
        try Market.check { market in
            market.setUp(["TRADE CREATE luna mars water:5 ID t REF x TRACE"])
            market.take("INVENTORY ADD luna ore 5 REASON x", key: "k")
            for _ in 0..<2 {
                let again = market.run("trade create luna mars water:5 trace ref x id t").json()
                #expect(again.at("replayed") == "true")
                #expect(again.at("steps.0.source") == "list")
                let key = market.run("inventory add luna ore 5 reason x", key: "k").json()
                #expect(key.at("replayed") == "true")
                try market.restart()
            }
            market.refuse("inventory add luna ore 5 reason X", .conflict, "REASON", key: "k")
        }
    }

    /// Every option of every write is known by its syntax.
    @Test func theSyntaxIsTheGrammar() {
        for spec in CommandTable.all {
            guard case .write = spec.handler else { continue }
            #expect(spec.grammar.words.joined(separator: " ") == spec.name)
            #expect(spec.grammar.positional > 0, "\(spec.name)")
            #expect(spec.grammar.options.count <= 24, "\(spec.name)")
        }
        let trade = CommandTable.find(name: "TRADE RESERVE")?.grammar
        #expect(trade?.positional == 2 && trade?.hasLines == true)
        #expect(
            trade?.options.map(\.word)
                == [
                    "ID", "CURRENCY", "MAX", "ETA", "REF", "META", "OCCURRED", "TRACE", "TTL",
                ])
        let item = CommandTable.find(name: "ITEM SET")?.grammar
        #expect(item?.options.first { $0.word == "PRICE" }?.values == 2)
        #expect(item?.options.first { $0.word == "PRICE" }?.takesNone == true)
    }

    @Test func conflictsNameTheField() throws {
        try Market.check { market in
            market.setUp([
                "TRADE CREATE luna mars water:5 ID t MAX 500 ETA +2d",
                "TRADE CREATE luna mars water:5 ID plain",
                "TRADE CREATE luna mars water:5 ID traced CURRENCY CR TRACE",
                "TRADE RESERVE luna mars water:5 ID r TTL 60 ETA +1h",
                "TRADE RESERVE luna mars water:5 ID q TTL 60",
                "CARGO CREATE luna mars water:5 ID c ETA +1d",
            ])
            market.pass(seconds: 5)
            let make = "TRADE CREATE luna mars water:5 ID"
            let hold = "TRADE RESERVE luna mars water:5 ID"
            let cases: [(String, String)] = [
                ("\(make) t MAX 500 ETA +3d", ": ETA differs"),
                ("\(make) t MAX 500", ": ETA differs"),
                ("\(make) t MAX 600 ETA +2d", ": MAX, or the way"),
                ("\(make) plain MAX 500", ": MAX differs"),
                ("\(make) plain TRACE", ": TRACE differs"),
                ("\(make) plain CURRENCY CR", ": CURRENCY differs"),
                (
                    "\(make) plain CURRENCY CR TRACE MAX 5000",
                    ": TRACE and CURRENCY and MAX differs"
                ),
                ("\(make) plain ETA +1d", ": ETA differs"),
                ("\(make) traced CURRENCY CR", ": TRACE differs"),
                ("\(make) traced TRACE", ": CURRENCY differs"),
                ("\(hold) r TTL 61 ETA +1h", ": TTL differs"),
                ("\(hold) r TTL 60 ETA +2h", ": ETA differs"),
                ("\(hold) r TTL 60", ": ETA differs"),
                ("\(hold) q TTL 60 ETA +1h", ": ETA differs"),
                ("CARGO CREATE luna mars water:5 ID c ETA +2d", ": ETA differs"),
                ("CARGO CREATE luna mars water:5 ID c", ": ETA differs"),
            ]
            for (line, field) in cases { market.refuse(line, .conflict, field) }
        }
    }

    @Test func conflictsOfKeysNameTheField() throws {
        try Market.check { market in
            market.setUp(["CURRENCY ADD EUR Euro 2", "CARGO CREATE luna mars ore:1 ID c"])
            let first: [(String, String)] = [
                ("t", "TRADE CREATE luna mars water:5 ID t MAX 500"),
                ("c", "CARGO CREATE luna mars water:5"), ("i", "INVENTORY ADD luna water 5"),
                ("l", "INVENTORY LIMITS luna water CAPACITY 5000 LOW 3"),
                ("s", "STATION SET luna NAME Luna"), ("p", "TRADE PAY t REF a"),
                ("r", "RATE SET EUR CR 2"), ("k", "CARGO TRACK c 1 2 3 NOTE x"),
            ]
            for (key, line) in first { market.take(line, key: key) }
            let cases: [(String, String, String)] = [
                ("t", "TRADE CREATE luna mars water:6 ID t MAX 500", ": quantity differs"),
                ("t", "TRADE CREATE luna mars water:5 ID u MAX 500", ": ID differs"),
                ("t", "TRADE CREATE luna mars water:5 ID t", ": MAX, or"),
                ("t", "TRADE RESERVE luna mars water:5 ID t TTL 5", ": the command differs"),
                ("c", "CARGO CREATE luna vega water:5", ": destination differs"),
                ("c", "CARGO CREATE luna mars water:5 ID d", ": ID differs"),
                ("i", "INVENTORY ADD mars water 5", ": station differs"),
                ("i", "INVENTORY ADD luna ore 5", ": item differs"),
                ("i", "INVENTORY ADD luna water 6", ": quantity differs"),
                ("i", "INVENTORY ADD luna water 5 REASON x", ": REASON differs"),
                ("l", "INVENTORY LIMITS luna water CAPACITY 5000 LOW 4", ": LOW differs"),
                ("l", "INVENTORY LIMITS luna water CAPACITY NONE LOW 3", ": CAPACITY differs"),
                ("s", "STATION SET mars NAME Luna", ": station differs"),
                ("s", "STATION SET luna NAME Mond", "option (NAME, KIND, ORBITS, AT, META)"),
                ("p", "TRADE PAY t REF b", ": REF differs"),
                ("p", "TRADE PAY t", ": REF differs"), ("r", "RATE SET EUR CR 3", ": rate differs"),
                ("k", "CARGO TRACK c 1 2 4 NOTE x", ": z differs"),
                ("k", "CARGO TRACK c 1 2 3 NOTE y", ": NOTE differs"),
            ]
            for (key, line, field) in cases { market.refuse(line, .conflict, field, key: key) }
        }
    }

    @Test func aDryRunOfAUsedKey() throws {
        try Market.check { market in
            market.take("INVENTORY ADD luna ore 5", key: "k")
            let seq = market.ledger.writtenSeq
            let same = market.run("INVENTORY ADD luna ore 5", key: "k", isDryRun: true).json()
            #expect(same.at("dry_run") == "true" && same.at("result.replayed") == "true")
            #expect(same.at("events") == "[]" && same.at("error") == "null")
            let other = market.run("INVENTORY ADD luna ore 6", key: "k", isDryRun: true).json()
            #expect(other.at("dry_run") == "true" && other.at("result") == "null")
            #expect(other.at("error.code") == "CONFLICT")
            #expect(market.ledger.writtenSeq == seq)
        }
    }
}
