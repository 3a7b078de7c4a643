import Basics
import Domain
import Glibc
import JSON
import Storage
import Synchronization
import System
import Testing

@testable import Ledger

/// What the ledger decides while earlier groups are sealed and not in the database yet.
struct InFlightTests {
    /// A market whose every command is a group of its own, audited when `body` is done.
    private func check(_ body: (Market, WriteGate) throws -> Void) throws {
        let gate = WriteGate()
        var limits = Limits()
        limits.groupCommands = 1
        try Market.check(limits, gate: gate.pass) { market in
            try body(market, gate)
            gate.open()
            market.settle()
        }
    }

    /// Runs a command and seals its group.
    @discardableResult
    private func send(_ market: Market, _ line: String, key: String? = nil) -> Answer {
        let answer = market.run(line, key: key, isSettled: false)
        market.ledger.closeGroup()
        return answer
    }

    /// Answers a read of the kind that has own writes in flight.
    private func readBehind(_ market: Market, _ line: String) throws -> Answer {
        var words = ArgumentVector()
        for word in Market.words(line) { words.append(word.span) }
        let reply = Reply()
        market.ledger.read(
            try CommandTable.find(words), words, caller: .local, isBehindWrites: true, reply: reply)
        return Answer(reply)
    }

    @Test func repeatedIdsAreKnownBeforeTheyAreWritten() throws {
        try check { market, gate in
            gate.hold()
            let first = send(market, "TRADE CREATE luna mars water:5 ID t-1").json()
            let keyed = send(market, "TRADE CREATE luna mars ore:2", key: "k-1").json()
            // Further groups lie between the claims and their repetition.
            send(market, "INVENTORY ADD luna gas 3")
            send(market, "INVENTORY ADD luna gas 4")
            let seq = market.ledger.writtenSeq
            let again = send(market, "TRADE CREATE luna mars water:5 ID t-1").json()
            let keyedAgain = send(market, "TRADE CREATE luna mars ore:2", key: "k-1").json()
            #expect(again.at("replayed") == "true" && keyedAgain.at("replayed") == "true")
            #expect(again.at("id") == first.at("id"))
            #expect(keyedAgain.at("id") == keyed.at("id"))
            let other = send(market, "TRADE CREATE luna mars water:6 ID t-1")
            #expect(other.code == .conflict)
            #expect(send(market, "TRADE CREATE luna mars ore:3", key: "k-1").code == .conflict)
            #expect(market.ledger.writtenSeq == seq)
            #expect(market.ledger.durableSeq < seq)
        }
    }

    @Test func recordsChangedInSeveralGroupsInFlight() throws {
        try check { market, gate in
            market.take("TRADE RESERVE luna mars water:4 ID old TTL 60")
            gate.hold()
            // One that the database has, one that only sealed groups have, a catalog record.
            for line in [
                "TRADE RESERVE luna mars water:5 ID new TTL 60", "TRADE COMMIT old",
                "TRADE COMMIT new", "TRADE PAY old", "TRADE PAY new",
            ] {
                let answer = send(market, line)
                #expect(answer.error == nil, "\(line): \(answer)")
            }
            let cancelled = send(market, "TRADE CANCEL old").json()
            #expect(cancelled.at("status") == "cancelled")
            gate.open()
            market.settle()
            #expect(market.trade("old") == "cancelled")
            #expect(market.trade("new", "payment") == "paid")
            gate.hold()
            for name in ["One", "Two", "Three"] {
                #expect(send(market, "STATION SET luna NAME \(name)").error == nil)
            }
            gate.open()
            market.settle()
            #expect(market.run("STATION GET luna").json().at("name") == "Three")
        }
    }

    @Test func readsBehindWritesWaitForTheWriting() throws {
        try check { market, gate in
            gate.hold()
            send(market, "TRADE CREATE luna mars water:5 ID t-1")
            market.run("TRADE CREATE luna mars water:6 ID t-2", isSettled: false)
            gate.waitForArrival()
            let opener = try SystemThread(name: "opener") {
                usleep(20_000)
                gate.open()
            }
            let answer = try readBehind(market, "TRADE GET t-2")
            opener.join()
            #expect(answer.json().at("id") == "t-2")
            let list = try readBehind(market, "INVENTORY GET luna water")
            #expect(
                list.json().at("on_hand") == market.figures("luna", "water").prefix { $0 != " " })
        }
    }

    @Test func theLedgerWaitsWhereTooManyGroupsAreInFlight() throws {
        try check { market, gate in
            gate.hold()
            for number in 0..<8 { send(market, "TRADE CREATE luna mars water:1 ID t-\(number)") }
            gate.waitForArrival()
            let opener = try SystemThread(name: "opener") {
                usleep(20_000)
                gate.open()
            }
            for number in 8..<20 { send(market, "TRADE CREATE luna mars water:1 ID t-\(number)") }
            opener.join()
            market.settle()
            #expect(market.figures("luna", "water").hasPrefix("980 "))
        }
    }

    @Test func aFailedWriteAcknowledgesNothing() throws {
        let gate = WriteGate()
        let failed = WaitableFlag()
        let folder = try TestFolder()
        do {
            let ledger = try open(folder, gate: gate) { failed.set() }
            let durable = ledger.durableGroup
            let seq = ledger.durableSeq
            gate.hold()
            for number in 0..<3 {
                var words = ArgumentVector()
                for word in ["STATION", "ADD", "s-\(number)"] { words.append(word) }
                ledger.execute(
                    try CommandTable.find(words), words, caller: .local, options: WriteOptions(),
                    reply: Reply())
                ledger.closeGroup()
            }
            gate.waitForArrival()
            gate.refuse()
            failed.wait()
            ledger.collectDurable()
            #expect(ledger.durableGroup == durable && ledger.durableSeq == seq)
            #expect(ledger.hasUndurable)
            #expect(throws: StorageError.self) { try ledger.stop() }
        }
        let ledger = try open(folder, gate: nil) {}
        #expect(ledger.store.state.stations.isEmpty)
        try ledger.stop()
    }

    /// A ledger of one command per group, of which everything so far is durable.
    private func open(
        _ folder: TestFolder, gate: WriteGate?, fail: @escaping @Sendable () -> Void
    ) throws -> Ledger {
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.writeBufferBytes = 1 << 20
        var options = LedgerOptions()
        options.syncPolicy = .off
        options.limits.groupCommands = 1
        options.limits.freeSpaceFloorBytes = 0
        options.limits.freeSpaceFloorPercent = 0
        options.writeGate = gate?.pass
        let ledger = try Ledger(
            store: try Store(directory: folder.path, options: storeOptions), options: options,
            clock: ManualClock(), wake: {}, fail: { _ in fail() })
        while ledger.hasUndurable {
            ledger.collectDurable()
            usleep(50)
        }
        return ledger
    }
}
