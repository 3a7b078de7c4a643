import Basics
import Domain
import Glibc
import JSON
import Storage
import Synchronization
import Testing

@testable import Ledger

/// A machine's two clocks, which stand still until they are moved.
final class ManualClock: Clock {
    private let wall = Atomic<Int64>(1_795_000_000_000)
    private let monotonic = Atomic<UInt64>(5_000_000_000)

    func wallMilliseconds() -> Int64 { wall.load(ordering: .relaxed) }

    func monotonicNanoseconds() -> UInt64 { monotonic.load(ordering: .relaxed) }

    /// Time passes.
    func advance(seconds: Int64) {
        wall.wrappingAdd(seconds * 1_000, ordering: .relaxed)
        monotonic.wrappingAdd(UInt64(seconds) * 1_000_000_000, ordering: .relaxed)
    }

    /// Somebody sets the wall clock.
    func jump(seconds: Int64) { wall.wrappingAdd(seconds * 1_000, ordering: .relaxed) }
}

/// A ledger over a temporary store, for tests of what may be written.
///
/// `check` runs a test and then proves, from the log alone, that every invariant held after every
/// transaction, that the digest is the one of a full scan, and that a restart changes nothing.
final class Market {
    let folder: TestFolder
    let clock = ManualClock()
    private var opened: Ledger?
    private var limits: Limits
    private let gate: LedgerOptions.WriteGate?

    init(_ limits: Limits = Limits(), gate: LedgerOptions.WriteGate? = nil) throws {
        folder = try TestFolder()
        self.limits = limits
        self.gate = gate
        self.limits.freeSpaceFloorBytes = 0
        self.limits.freeSpaceFloorPercent = 0
        try open()
    }

    deinit { try? opened?.stop() }

    /// A market with stations, items and stock, audited when `body` is done.
    static func check(
        _ limits: Limits = Limits(), gate: LedgerOptions.WriteGate? = nil,
        location: SourceLocation = #_sourceLocation, _ body: (Market) throws -> Void
    ) throws {
        let market = try Market(limits, gate: gate)
        market.setUp([
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0", "STATION ADD vega",
            "ITEM ADD water PRICE 12.50 CR MASS 1 VOLUME 0.001", "ITEM ADD ore PRICE 3 CR MASS 2",
            "ITEM ADD gas", "INVENTORY ADD luna water 1000", "INVENTORY ADD luna ore 500",
            "INVENTORY ADD mars gas 70",
        ])
        try body(market)
        try market.audit(location)
        try market.restart(location)
        try market.audit(location)
    }

    var ledger: Ledger {
        guard let opened else { preconditionFailure("the market is closed") }
        return opened
    }

    var state: MarketState { ledger.store.state }

    private func open() throws {
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 1 << 20
        var options = LedgerOptions()
        options.syncPolicy = .off
        options.markIntervalMilliseconds = 1_000
        options.limits = limits
        options.writeGate = gate
        options.random = FakeHashes.random()
        opened = try Ledger(
            store: try Store(directory: folder.path, options: storeOptions), options: options,
            clock: clock, wake: {}, fail: { Issue.record("the ledger failed: \($0)") })
        settle()
    }

    // MARK: Running

    /// Waits until everything written so far is durable.
    func settle() {
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            if ledger.hasUndurable {
                usleep(50)
                ledger.closeGroup()
            }
        }
    }

    func tick() {
        ledger.tick()
        settle()
    }

    /// Time passes, and the leader looks at what it made due.
    func pass(seconds: Int64) {
        clock.advance(seconds: seconds)
        tick()
    }

    /// Runs one command; its words may stand in single or double quotes.
    ///
    /// - Parameter isSettled: false leaves it in the open group.
    @discardableResult
    func run(
        _ line: String, as caller: Caller = .local, key: String? = nil, isDryRun: Bool = false,
        isSettled: Bool = true, isHashed: Bool = true
    ) -> Answer {
        run(
            words: Self.words(line), as: caller, key: key, isDryRun: isDryRun,
            isSettled: isSettled, isHashed: isHashed)
    }

    /// - Parameter isHashed: passwords are hashed before, as the edge does it.
    func run(
        words texts: [[UInt8]], as caller: Caller = .local, key: String? = nil,
        isDryRun: Bool = false, isSettled: Bool = true, isHashed: Bool = true
    ) -> Answer {
        var words = ArgumentVector()
        for text in texts { words.append(text.span) }
        let reply = Reply()
        do throws(CommandError) {
            let spec = try CommandTable.find(words)
            switch spec.handler {
            case .write:
                if isHashed { try FakeHashes.prepare(ledger, spec, texts, caller) }
                let options = WriteOptions(key: key.flatMap { Identifier($0) }, isDryRun: isDryRun)
                ledger.execute(spec, words, caller: caller, options: options, reply: reply)
                if isSettled { settle() }
            case .read:
                ledger.read(spec, words, caller: caller, isBehindWrites: false, reply: reply)
            case .session, .feature:
                throw CommandError(.err, "\(spec.name) is answered by the edge")
            }
        } catch { reply.value = .error(error) }
        return Answer(reply)
    }

    /// Runs commands as one transaction.
    func multi(_ lines: [String], as caller: Caller = .local) -> Answer {
        let reply = Reply()
        ledger.executeTransaction(lines.map { Self.words($0) }, caller: caller, reply: reply)
        settle()
        return Answer(reply)
    }

    /// Runs commands that must succeed.
    func setUp(_ lines: [String], location: SourceLocation = #_sourceLocation) {
        for line in lines { take(line, location: location) }
    }

    /// Runs a command that must succeed.
    @discardableResult
    func take(
        _ line: String, as caller: Caller = .local, key: String? = nil,
        location: SourceLocation = #_sourceLocation
    ) -> JSONValue {
        let answer = run(line, as: caller, key: key)
        if let error = answer.error {
            Issue.record("\(line): \(error)", sourceLocation: location)
            return .null
        }
        return answer.json(location)
    }

    /// Runs a command that must be refused, and leave nothing behind.
    ///
    /// - Parameter texts: what the sentence must hold.
    func refuse(
        _ line: String, _ code: ErrorCode, _ texts: String..., as caller: Caller = .local,
        key: String? = nil, location: SourceLocation = #_sourceLocation
    ) {
        let seq = ledger.writtenSeq
        let digest = ledger.store.writeSet.head.digest
        let answer = run(line, as: caller, key: key)
        #expect(answer.code == code, "\(line): \(answer)", sourceLocation: location)
        for text in texts {
            #expect(
                answer.error?.contains(text) == true, "\(line): \(answer) without \(text)",
                sourceLocation: location)
        }
        #expect(ledger.writtenSeq == seq, "\(line) wrote", sourceLocation: location)
        #expect(
            ledger.store.writeSet.head.digest == digest, "\(line) left a trace",
            sourceLocation: location)
    }

    /// Splits at spaces; quotes of either kind keep a word together.
    static func words(_ line: String) -> [[UInt8]] {
        var words: [[UInt8]] = []
        var word: [UInt8]?
        var quote: UInt8?
        for byte in line.utf8 {
            if let open = quote {
                if byte == open { quote = nil } else { word?.append(byte) }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
                word = word ?? []
            } else if byte == UInt8(ascii: " ") {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? []) + [byte]
            }
        }
        if let word { words.append(word) }
        return words
    }

    // MARK: Looking

    /// `on_hand reserved held incoming` of an item at a station.
    func figures(_ station: String, _ item: String) -> String {
        guard let stationID = Identifier(station), let itemID = Identifier(item),
            let stationNumber = state.names.stations.number(of: stationID),
            let itemNumber = state.names.items.number(of: itemID)
        else { return "unknown" }
        let row = state.stock.stock(
            StockKey(station: StationNumber(stationNumber), item: ItemNumber(itemNumber)))
        return "\(row.onHand) \(row.reserved) \(row.held) \(row.incoming)"
    }

    /// A member of a trade as it is now.
    func trade(_ id: String, _ path: String = "status") -> String {
        run("TRADE GET \(id)").json().at(path)
    }

    /// The trade's shipment.
    func shipment(of trade: String) -> String { self.trade(trade, "shipments.0") }

    func cargo(_ id: String, _ path: String = "status") -> String {
        run("CARGO GET \(id)").json().at(path)
    }

    /// The events that `body` makes.
    func events(_ body: () -> Void) -> [Event] {
        let before = ledger.writtenSeq
        body()
        settle()
        var events: [Event] = []
        if ledger.writtenSeq == before { return [] }
        do throws(StorageError) {
            try ledger.store.latestView().forEachEvent(in: before + 1...ledger.writtenSeq) {
                (event) throws(StorageError) in events.append(event)
            }
        } catch { Issue.record("the log cannot be read: \(error.message)") }
        return events
    }

    /// The types of the events that `body` makes.
    func types(_ body: () -> Void) -> [String] { events(body).names }

    /// Expects that `body` makes events of these types. (A closure inside of `#expect` may run the
    /// code of another one: never write it there.)
    func makes(
        _ types: [String], location: SourceLocation = #_sourceLocation, _ body: () -> Void
    ) {
        let made = events(body).names
        #expect(made == types, sourceLocation: location)
    }

    // MARK: Restarting

    /// Closes and reopens the directory: nothing may have changed.
    func restart(_ location: SourceLocation = #_sourceLocation) throws {
        settle()
        let head = ledger.store.writeSet.head
        let before = StateImage(state)
        try ledger.stop()
        opened = nil
        try open()
        #expect(
            ledger.store.writeSet.head.digest == head.digest, "the digest changed",
            sourceLocation: location)
        #expect(ledger.writtenSeq == head.seq + 1, sourceLocation: location)
        #expect(StateImage(state) == before, "the state changed", sourceLocation: location)
    }

    func audit(_ location: SourceLocation = #_sourceLocation) throws {
        settle()
        try LogAudit(ledger.store).run(location)
    }
}

/// All that the ledger holds in memory.
struct StateImage: Equatable {
    let stations: [Station]
    let items: [Item]
    let ships: [Ship]
    let currencies: [CurrencyCode: Currency]
    let rates: [MarketState.RatePair: ExchangeRate]
    let stock: [StockKey: Stock]
    let users: [Identifier: User]
    let grants: [Identifier: Grant]

    init(_ state: MarketState) {
        stations = state.stations
        items = state.items
        ships = state.ships
        currencies = state.currencies
        rates = state.rates
        users = state.users
        grants = state.grants
        var rows: [StockKey: Stock] = [:]
        for row in 0..<state.stock.count { rows[state.stock[row].key] = state.stock[row] }
        stock = rows
    }
}

extension [Event] {
    /// The names of the types.
    var names: [String] { map { "\($0.type.name)" } }
}

extension Caller {
    /// A user of some stations.
    static func of(_ stations: String..., role: Role = .operator, name: String = "ann") -> Caller {
        Caller(
            name: Identifier(name) ?? .local, role: role,
            stations: Set(stations.compactMap { Identifier($0) }))
    }
}
