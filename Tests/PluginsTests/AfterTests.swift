import Basics
import Domain
import Ledger
import Storage
import Synchronization
import Testing

@testable import Plugins

/// Takes in what failures lead to; hands nothing to a ledger.
private final class ActionBox: AfterLedger {
    private let actions = Mutex<[RuleAction]>([])

    func queue(
        _ batch: NoticeBatch,
        complete: @escaping @Sendable (Result<NoticeReceipt, CommandError>) -> Void
    ) { complete(.success(NoticeReceipt())) }

    func fallBack(_ action: RuleAction) { actions.withLock { $0.append(action) } }

    var all: [RuleAction] { actions.withLock { $0 } }
}

/// A plugin that is live in a market, and the worker of its hooks.
private struct Listener {
    let market: RuledMarket
    let box = ActionBox()
    let lines = RuleLog()
    let statistics = RuleStatistics()
    let worker: AfterWorker

    init(
        _ entries: String, station: String = "*", market: RuledMarket? = nil, isKept: Bool = true
    ) throws {
        let market = try market ?? RuledMarket()
        self.market = market
        market.setUp()
        market.load(PluginSources.plugin(entries, station: station))
        let view = market.ledger.durableView
        let plugin = try #require(try view.plugin(Identifier(literal: "rule")))
        let live = try #require(plugin.live)
        let version = try #require(try view.pluginVersion(live.digest))
        let desk = AfterDesk(
            ledger: box, limits: Limits(), clock: market.clock, statistics: statistics,
            lines: lines,
            log: Log(level: .error, format: .text, clock: market.clock, sink: NoSink()))
        worker = try AfterWorker(
            version, cursor: HookCursor(owner: plugin.name, seq: plugin.seq), isKept: isKept,
            state: try view.pluginState(plugin.name), desk: desk)
    }

    func step() throws -> NoticeBatch? {
        try worker.step(EventWindow(view: market.ledger.durableView)) { false }
    }

    /// A portion that the ledger took.
    @discardableResult
    func take() throws -> NoticeBatch? {
        guard let batch = try step() else { return nil }
        worker.kept(NoticeReceipt())
        return batch
    }

    func trade(_ seller: String = "luna", _ buyer: String = "mars", _ item: String = "water") {
        #expect(market.run("TRADE CREATE \(seller) \(buyer) \(item):1").error == nil)
    }
}

private struct NoSink: LogSink {
    func write(_ line: Span<UInt8>) {}
}

private let tellTrades = """
    on = { ["trade.initiated"] = function(event)
      return { notices = { { channel = "ops", subject = event.data.trade.seller, key = "k" } },
               state = { n = (entrepot.state.n or 0) + 1 } }
    end }
    """

@Suite("Hooks after the commit")
struct AfterTests {
    @Test("events become notices, in order, with the state that came of them")
    func notices() throws {
        let listener = try Listener(tellTrades)
        listener.trade()
        listener.trade("mars", "luna", "ore")
        let batch = try #require(try listener.take())
        #expect(batch.drafts.map(\.subject) == ["luna", "mars"])
        #expect(batch.drafts.map(\.eventType) == [.tradeInitiated, .tradeInitiated])
        #expect(batch.drafts.allSatisfy { $0.about?.hasPrefix("trade/") ?? false })
        #expect(batch.drafts.map(\.stations.count) == [2, 2])
        #expect(batch.drafts.map(\.rule?.hook) == ["on", "on"])
        #expect(batch.state?.json == "{\"n\":2}")
        #expect(batch.cursor?.seq == listener.market.ledger.durableView.head.seq)
        #expect(try listener.step() == nil)
        listener.trade()
        #expect(try listener.take()?.state?.json == "{\"n\":3}")
        let figures = listener.statistics.snapshot().first { $0.key.hook == "on" }?.figures
        #expect(figures?.calls == 3)
    }

    @Test("a cursor that the store does not have is kept at once, others after 4096 events")
    func cursor() throws {
        let listener = try Listener(tellTrades, isKept: false)
        let first = try #require(try listener.take())
        #expect(first.drafts.isEmpty && first.cursor != nil)
        listener.market.run("INVENTORY ADD luna water 1")
        #expect(try listener.step() == nil)
        #expect(listener.worker.last?.cursor?.seq == listener.market.ledger.durableView.head.seq)
    }

    @Test("a station's plugin hears only what concerns its station")
    func scope() throws {
        let listener = try Listener(
            "on = { [\"*\"] = function(event) return { { channel = \"c\", subject = event.type } } "
                + "end }", station: "mars")
        listener.market.run("INVENTORY ADD luna water 5")
        listener.market.run("ITEM ADD tin")
        #expect(try listener.step() == nil)
        listener.market.run("INVENTORY ADD mars water 5")
        #expect(try listener.take()?.drafts.map(\.subject) == ["inventory.added"])
    }

    @Test("what channels tell, and operational events behind a star, are not heard")
    func unheard() throws {
        let listener = try Listener(
            "on = { [\"*\"] = function(event) return { { channel = \"c\", subject = event.type } } "
                + "end, [\"notice.*\"] = function(event) error(\"heard\") end }")
        listener.market.load(
            PluginSources.plugin("pricing = function() end", name: "other"), name: "other")
        listener.market.run("CHANNEL ADD ops KIND log")
        var progress = DeliveryProgress()
        let channel = NoticeKey(channel: 1, sequence: 1)
        progress.logged = [
            Notice(
                key: channel, id: "x", rule: nil, event: 0, time: Timestamp(milliseconds: 1),
                seq: 0)
        ]
        try listener.market.ledger.recordProgress(progress)
        listener.market.settle()
        #expect(listener.market.lastEvents(1) == ["notice.logged"])
        #expect(try listener.take()?.drafts.map(\.subject) == ["channel.added"])
        #expect(listener.box.all.isEmpty)
    }

    @Test("a hook that fails passes its event; five of them are its end")
    func failures() throws {
        let listener = try Listener(
            "on = { [\"trade.initiated\"] = function(event) error(\"broken\") end }")
        for _ in 0..<5 { listener.trade() }
        #expect(try listener.step() == nil)
        #expect(listener.worker.cursor == listener.market.ledger.durableView.head.seq)
        #expect(listener.box.all.map(\.kind) == [.failure, .fallback])
        #expect(listener.lines.lines(of: Identifier(literal: "rule")).count == 5)
    }

    @Test("a hook without end is killed, and three of them are its end")
    func kills() throws {
        let listener = try Listener(
            "on = { [\"trade.initiated\"] = function(event) while true do end end }")
        for _ in 0..<3 { listener.trade() }
        // A portion ends behind a slow call: each step goes on.
        for _ in 0..<3 { _ = try listener.step() }
        #expect(listener.worker.cursor == listener.market.ledger.durableView.head.seq)
        #expect(listener.box.all.last?.kind == .fallback)
    }

    @Test("a state that is too long is refused, the notices are told all the same")
    func longState() throws {
        let listener = try Listener(
            "on = { [\"trade.initiated\"] = function(event) return { "
                + "notices = { { channel = \"c\" } }, "
                + "state = { a = string.rep(\"x\", 40000), b = string.rep(\"y\", 40000) } } end }")
        listener.trade()
        let batch = try #require(try listener.take())
        #expect(batch.drafts.count == 1 && batch.state == nil)
        #expect(listener.lines.lines(of: Identifier(literal: "rule")).last?.level == .error)
    }

    @Test("many notices come in portions, none is lost")
    func portions() throws {
        let listener = try Listener(tellTrades)
        for _ in 0..<300 { listener.trade() }
        var subjects = 0
        var portions = 0
        while let batch = try listener.take() {
            subjects += batch.drafts.count
            portions += 1
            #expect(batch.drafts.count <= 129)
        }
        #expect(subjects == 300 && portions >= 3)
    }

    @Test("timers tick by the leader's clock; what was missed is made up for once")
    func timers() throws {
        let listener = try Listener(
            "every = { [\"1h\"] = function(now) return { { channel = \"c\", subject = "
                + "tostring(now) } } end }")
        #expect(try listener.step() == nil)
        listener.market.clock.advance(seconds: 3_599)
        #expect(try listener.step() == nil)
        listener.market.clock.advance(seconds: 2)
        let batch = try #require(try listener.take())
        let now = listener.market.clock.wallMilliseconds()
        #expect(batch.drafts.map(\.subject) == ["\(now)"])
        #expect(batch.drafts.map(\.event) == [0])
        // The rhythm stays: the hour is over 1 s before.
        #expect(batch.cursor?.timers.map(\.last.milliseconds) == [now - 1_000])
        listener.market.clock.advance(seconds: 10 * 3_600)
        #expect(try listener.take()?.drafts.count == 1)
        #expect(try listener.step() == nil)
    }

    @Test("the ledger keeps a batch whole, and a reopened store goes on behind it")
    func once() throws {
        let folder: Folder
        let clock: HandClock
        let reached: UInt64
        do {
            let listener = try Listener(tellTrades)
            let market = listener.market
            (folder, clock) = (market.folder, market.clock)
            #expect(market.run("CHANNEL ADD ops KIND log").error == nil)
            listener.trade()
            let batch = try #require(try listener.step())
            let receipt = try market.ledger.queueNotices(batch)
            listener.worker.kept(receipt)
            #expect(receipt.queued == 1)
            market.settle()
            reached = batch.cursor?.seq ?? 0
        }
        let market = try RuledMarket(folder: folder, clock: clock)
        let view = market.ledger.durableView
        let name = Identifier(literal: "rule")
        let cursor = try #require(try view.hookCursor(name))
        #expect(cursor.seq == reached)
        #expect(try view.pluginState(name)?.json == "{\"n\":1}")
        let live = try #require(try view.plugin(name)?.live)
        let version = try #require(try view.pluginVersion(live.digest))
        let worker = try AfterWorker(
            version, cursor: cursor, isKept: true, state: try view.pluginState(name),
            desk: AfterDesk(
                ledger: ActionBox(), limits: Limits(), clock: clock,
                statistics: RuleStatistics(), lines: RuleLog(),
                log: Log(level: .error, format: .text, clock: clock, sink: NoSink())))
        #expect(try worker.step(EventWindow(view: view)) { false } == nil)
    }

    @Test("the thread takes up plugins as they go live, and hands over their notices")
    func thread() throws {
        let market = try RuledMarket()
        market.setUp()
        market.run("CHANNEL ADD ops KIND log")
        let runner = AfterRunner(
            desk: AfterDesk(
                ledger: InboxAfterLedger(market.ledger.inbox), limits: Limits(),
                clock: SystemClock(), statistics: market.rules.statistics, lines: market.rules.log,
                log: Log(level: .error, format: .text, clock: market.clock, sink: NoSink())),
            view: market.ledger.durableView)
        market.ledger.observeDurable { [runner] events, view in runner.observe(events, view) }
        try runner.start()
        defer {
            runner.stop()
            runner.join()
        }
        market.run("TRADE CREATE luna mars water:1 ID t-1")
        market.load(PluginSources.plugin(tellTrades))
        market.run("TRADE CREATE luna mars water:1 ID t-2")
        func queued() throws -> Int {
            var count = 0
            try market.ledger.durableView.forEachOutboxRow(channel: 1, from: 1) { _ in
                count += 1
                return true
            }
            return count
        }
        func wait(_ isDone: () throws -> Bool) throws {
            for _ in 0..<2_000 where try !isDone() {
                market.ledger.tick()
                market.settle()
                breathe()
            }
        }
        try wait { try queued() > 0 }
        #expect(try queued() == 1)
        try wait { runner.figures.first?.lag == 0 }
        #expect(runner.figures.map(\.plugin.text) == ["rule"])
        market.run("PLUGIN MODE rule off")
        market.run("TRADE CREATE luna mars water:1 ID t-3")
        try wait { runner.figures.isEmpty }
        market.run("PLUGIN MODE rule live")
        market.run("TRADE CREATE luna mars water:1 ID t-4")
        try wait { try queued() > 1 }
        #expect(try queued() == 2)
        let state = market.ledger.state.pluginStates[Identifier(literal: "rule")]
        #expect(state?.json == "{\"n\":2}")
    }
}

extension AfterTests {
    @Test("a stop waits for one call at most")
    func stops() throws {
        let market = try RuledMarket()
        market.setUp()
        market.load(
            PluginSources.plugin(
                "on = { [\"trade.initiated\"] = function(event) while true do end end }"))
        for _ in 0..<20 { market.run("TRADE CREATE luna mars water:1") }
        let runner = AfterRunner(
            desk: AfterDesk(
                ledger: InboxAfterLedger(market.ledger.inbox), limits: Limits(),
                clock: SystemClock(), statistics: RuleStatistics(), lines: RuleLog(),
                log: Log(level: .error, format: .text, clock: market.clock, sink: NoSink())),
            view: market.ledger.durableView)
        try runner.start()
        market.ledger.tick()
        breathe()
        let clock = SystemClock()
        let began = clock.monotonicNanoseconds()
        runner.stop()
        runner.join()
        #expect(clock.monotonicNanoseconds() - began < 1_000_000_000)
    }
}

@Suite("Timers of rules")
struct TimerTableTests {
    @Test("new, kept and odd timers")
    func table() {
        let now = Timestamp(milliseconds: 1_000_000)
        var table = TimerTable(
            periods: [60_000, 1_000],
            kept: [
                HookCursor.Timer(every: 1_000, last: Timestamp(milliseconds: 995_500)),
                HookCursor.Timer(every: 7, last: now),
            ], now: now)
        #expect(table.next == Timestamp(milliseconds: 996_500))
        #expect(table.takeDue(now) == [1])
        #expect(table.timers.map(\.last.milliseconds) == [1_000_000, 999_500])
        // The clock was set back: a new beginning.
        #expect(table.takeDue(Timestamp(milliseconds: 5_000)) == [])
        #expect(table.timers.map(\.last.milliseconds) == [5_000, 5_000])
        #expect(table.takeDue(Timestamp(milliseconds: 65_000)) == [0, 1])
        #expect(TimerTable(periods: [], kept: [], now: now).next == nil)
    }
}
