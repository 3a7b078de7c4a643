import Basics
import Domain
import RocksDB
import Storage
import Synchronization
import Testing

@testable import Ledger

@Suite("The outbox") struct OutboxTests {
    private static let ops = Identifier(literal: "ops")
    private static let rule = RuleReference(
        name: Identifier(literal: "late"), version: "1@00000000", hook: "on:shipment.delayed")

    private static func draft(
        _ channel: String, event: UInt64, rule: RuleReference? = rule,
        station: StationNumber? = nil
    ) -> NoticeDraft {
        var draft = NoticeDraft(
            channel: Identifier(channel) ?? ops, rule: rule, station: station, event: event,
            time: Timestamp(milliseconds: 1_795_000_000_000))
        draft.subject = "late"
        return draft
    }

    private static func fill(_ market: TestLedger) throws {
        market.setUp([
            "STATION ADD luna", "STATION ADD mars", "CHANNEL ADD ops KIND log",
            "CHANNEL ADD mine KIND log STATION luna", "CHANNEL ADD off KIND log",
            "CHANNEL SET off STATUS disabled",
        ])
    }

    @Test func noticesGetPlacesAndIds() throws {
        let market = try TestLedger()
        try Self.fill(market)
        let history = market.ledger.store.history.current
        let receipt = try market.ledger.queueNotices(
            NoticeBatch(
                cursor: HookCursor(owner: Self.rule.name, seq: 5),
                state: PluginState(plugin: Self.rule.name, json: #"{"n":1}"#, seq: 0),
                drafts: [
                    Self.draft("ops", event: 3), Self.draft("ops", event: 3),
                    Self.draft("ops", event: 4), Self.draft("none", event: 4),
                    Self.draft("off", event: 4),
                    Self.draft("mine", event: 4, station: StationNumber(2)),
                    Self.draft("mine", event: 4, station: StationNumber(1)),
                    Self.draft("mine", event: 4, rule: nil), Self.draft("ops", event: 0),
                ]))
        #expect(receipt.queued == 6)
        #expect(
            receipt.refused.map(\.reason) == [
                .unknownChannel, .disabledChannel, .foreignChannel,
            ])
        market.settle()
        let listed = market.run("CHANNEL DELIVERIES ops")
        #expect(listed.items("sequence") == ["1", "2", "3", "4"])
        #expect(
            listed.items("id") == [
                "\(history):3/ops/late/0", "\(history):3/ops/late/1", "\(history):4/ops/late/0",
                "\(history):t1795000000000/ops/late/0",
            ])
        #expect(
            market.run("CHANNEL DELIVERIES mine").items("id") == [
                "\(history):4/mine/late/0", "\(history):4/mine/route/0",
            ])
        #expect(listed.items("status") == ["queued", "queued", "queued", "queued"])
        let view = market.context().view
        #expect(try view.hookCursor(Self.rule.name)?.seq == 5)
        #expect(try view.pluginState(Self.rule.name)?.json == #"{"n":1}"#)
        let open = try view.openNotices(channel: 1, from: 2, limit: 2)
        #expect(open.rows.map(\.key.sequence) == [2, 3])
        #expect(open.next == 4)
    }

    @Test func pagesOfDeliveries() throws {
        let market = try TestLedger()
        try Self.fill(market)
        _ = try market.ledger.queueNotices(
            NoticeBatch(cursor: nil, drafts: (1...5).map { Self.draft("ops", event: $0) }))
        market.settle()
        var found: [String] = []
        var line = "CHANNEL DELIVERIES ops LIMIT 2"
        for _ in 0..<4 {
            let page = market.run(line)
            found += page.items("sequence")
            let next = page.json().at("next")
            if next == "null" { break }
            line = "CHANNEL DELIVERIES ops LIMIT 2 CURSOR \(next)"
        }
        #expect(found == ["1", "2", "3", "4", "5"])
    }

    /// Every state of a delivery, removal and what a log channel tells, then a proof of it all.
    private static func work(_ market: TestLedger) throws {
        try fill(market)
        let ledger = market.ledger
        _ = try ledger.queueNotices(
            NoticeBatch(
                cursor: HookCursor(owner: HookCursor.routes, seq: 9),
                drafts: (1...6).map { draft("ops", event: $0) }))
        market.settle()
        let view = market.context().view
        var progress = DeliveryProgress()
        func delivery(_ sequence: UInt64, _ status: DeliveryStatus) -> Delivery {
            var delivery = Delivery(
                key: NoticeKey(channel: 1, sequence: sequence), status: status, attempts: 2,
                updated: Timestamp(milliseconds: market.clock.wallMilliseconds()))
            delivery.lastError = status == .delivered ? nil : "refused"
            return delivery
        }
        progress.deliveries = [
            delivery(1, .delivered), delivery(2, .dead), delivery(3, .retrying),
            delivery(6, .delivered),
        ]
        progress.logged = [try #require(try view.outboxRow(.init(channel: 1, sequence: 1))).notice]
        try ledger.recordProgress(progress)
        // In the same group: rows that came and went, one that never was, and the newest.
        var removal = DeliveryProgress()
        removal.removed = [1, 4, 6, 99].map { NoticeKey(channel: 1, sequence: $0) }
        try ledger.recordProgress(removal)
        try ledger.recordProgress(removal)
        market.settle()
    }

    @Test func progressAndRemoval() throws {
        let market = try TestLedger()
        try Self.work(market)
        let listed = market.run("CHANNEL DELIVERIES ops")
        #expect(listed.items("sequence") == ["2", "3", "5", "6"])
        #expect(listed.items("status") == ["dead", "retrying", "queued", "delivered"])
        #expect(market.run("CHANNEL DELIVERIES ops DEAD").items("sequence") == ["2"])
        let counts = try market.context().view.outboxCounts(channel: 1)
        #expect(counts.queued == 1 && counts.dead == 1 && counts.delivered == 1)
        let again = market.run("CHANNEL REDELIVER ops 2").json()
        #expect(again.at("status") == "queued" && again.at("attempts") == "0")
        #expect(market.run("CHANNEL REDELIVER ops 2").code == .badState)
        #expect(market.run("CHANNEL DROP ops 3").json().at("status") == "dropped")
        #expect(market.run("CHANNEL DROP ops 3").code == .badState)
        #expect(market.run("CHANNEL DROP ops 6").code == .badState)
        let id = listed.items("id")[2]
        #expect(market.run("CHANNEL DROP ops \(id)").json().at("sequence") == "5")
        // The count goes on behind what was removed.
        _ = try market.ledger.queueNotices(
            NoticeBatch(cursor: nil, drafts: [Self.draft("ops", event: 9)]))
        market.settle()
        #expect(market.run("CHANNEL DELIVERIES ops").items("sequence").last == "7")
    }

    @Test func internalEventsAreShownToNobody() throws {
        let market = try TestLedger()
        try Self.work(market)
        let view = market.context().view
        let events = try view.events(after: 0, limit: 1_000)
        #expect(events.reached == view.head.seq)
        let types = events.events.map { "\($0.type.name)" }
        #expect(!types.contains("notice.queued") && !types.contains("notice.progress"))
        #expect(types.filter { $0 == "notice.logged" }.count == 1)
        let logged = try #require(events.events.first { $0.type == .noticeLogged })
        var buffer = ByteBuffer(capacity: 512)
        buffer.appendJSON(logged, history: "H", names: view.names)
        let text = buffer.bytes.validatedText ?? ""
        #expect(text.contains(#""subject":"notice/ops/1""#), "\(text)")
    }

    @Test func a410DisablesTheChannel() throws {
        let market = try TestLedger()
        try Self.fill(market)
        var progress = DeliveryProgress()
        progress.disabled = (1, "410 Gone")
        try market.ledger.recordProgress(progress)
        try market.ledger.recordProgress(progress)
        market.settle()
        let channel = market.run("CHANNEL GET ops").json()
        #expect(channel.at("status") == "disabled" && channel.at("reason") == "410 Gone")
        let types = try market.context().view.events(after: 0, limit: 99).events.map(\.type)
        #expect(types.filter { $0 == .channelDisabled }.count == 1)
    }

    @Test func whatIsTooLongIsRefused() throws {
        let market = try TestLedger()
        try Self.fill(market)
        var draft = Self.draft("ops", event: 1)
        draft.text = String(repeating: "x", count: 70_000)
        #expect(throws: CommandError.self) {
            _ = try market.ledger.queueNotices(NoticeBatch(cursor: nil, drafts: [draft]))
        }
        let state = PluginState(
            plugin: Self.ops, json: String(repeating: "x", count: 70_000), seq: 0)
        #expect(throws: CommandError.self) {
            _ = try market.ledger.queueNotices(NoticeBatch(cursor: nil, state: state))
        }
        // Many long ones take several events of one transaction.
        draft.text = String(repeating: "x", count: 60_000)
        let before = market.ledger.writtenSeq
        let receipt = try market.ledger.queueNotices(
            NoticeBatch(
                cursor: HookCursor(owner: Self.ops, seq: 1),
                drafts: Array(repeating: draft, count: 5)))
        #expect(receipt.queued == 5)
        #expect(market.ledger.writtenSeq - before == 3)
        market.settle()
        let last = try #require(try market.context().view.event(before + 3))
        #expect(last.count == 3)
    }

    @Test func anotherThreadWritesThroughTheInbox() throws {
        let market = try TestLedger()
        try Self.fill(market)
        let inbox = market.ledger.inbox
        let seq = inbox.durableView.head.seq
        let done = Mutex(0)
        inbox.submit { ledger in
            let receipt = try? ledger.queueNotices(
                NoticeBatch(cursor: nil, drafts: [Self.draft("ops", event: 1)]))
            done.withLock { $0 += receipt?.queued ?? 0 }
        }
        market.ledger.collectDurable()
        market.settle()
        #expect(done.withLock { $0 } == 1)
        #expect(inbox.waitForEvents(after: seq, milliseconds: 1).head.seq == seq + 1)
    }

    /// Rows that come, change and go while their groups are sealed and not in the database yet.
    @Test func groupsInFlight() throws {
        let gate = WriteGate()
        var limits = Limits()
        limits.groupCommands = 1
        try Market.check(limits, gate: gate.pass) { market in
            let ledger = market.ledger
            market.setUp(["CHANNEL ADD ops KIND log"])
            gate.hold()
            _ = try ledger.queueNotices(
                NoticeBatch(
                    cursor: HookCursor(owner: HookCursor.routes, seq: 1),
                    drafts: (1...4).map { Self.draft("ops", event: $0) }))
            ledger.closeGroup()
            for status in [DeliveryStatus.retrying, .delivered] {
                var progress = DeliveryProgress()
                progress.deliveries = [1, 2].map {
                    Delivery(
                        key: NoticeKey(channel: 1, sequence: $0), status: status,
                        updated: Timestamp(milliseconds: 0))
                }
                progress.removed = status == .delivered ? [NoticeKey(channel: 1, sequence: 1)] : []
                try ledger.recordProgress(progress)
                ledger.closeGroup()
            }
            var removal = DeliveryProgress()
            removal.removed = (1...4).map { NoticeKey(channel: 1, sequence: $0) }
            try ledger.recordProgress(removal)
            ledger.closeGroup()
            gate.open()
            market.settle()
            #expect(market.run("CHANNEL DELIVERIES ops").items("sequence") == ["4"])
            let view = ledger.durableView
            let audit = try AuditRun(view: view, projections: nil).run()
            #expect(audit?.problems.isEmpty == true, "\(String(describing: audit?.problems))")
        }
    }

    // MARK: Proof

    private func worked() throws -> TestFolder {
        let folder = try TestFolder()
        let market = try TestLedger(folder: folder)
        try Self.work(market)
        return folder
    }

    @Test func replayGivesTheSame() throws {
        let folder = try worked()
        let report = try Verification.run(directory: folder.path)
        #expect(report.problems.isEmpty, "\(report.problems)")
        let again = try TestLedger(folder: folder)
        #expect(again.ledger.state.lastSequences[1] == 6)
        #expect(again.ledger.state.cursors[HookCursor.routes]?.seq == 9)
        let audit = try AuditRun(view: again.context().view, projections: nil).run()
        #expect(audit?.problems.isEmpty == true)
    }

    @Test func aMissingAndAnExtraRowAreFound() throws {
        let key = NoticeKey(channel: 1, sequence: 2)
        for isMissing in [true, false] {
            let folder = try worked()
            try MarketHistory.alter(folder) { database, batch in
                let place = StoreKey.outbox(key, .notice)
                var value = ByteBuffer(capacity: 64)
                NoticeCodec.encode(
                    Notice(
                        key: key, id: "x", rule: nil, event: 1,
                        time: Timestamp(milliseconds: 0), seq: 1), into: &value)
                let stored = value.array
                if isMissing {
                    batch.delete(Keyspace.outbox.family, place.bytes)
                } else {
                    let gone = StoreKey.outbox(NoticeKey(channel: 1, sequence: 4), .notice)
                    let new = StoreKey.outbox(NoticeKey(channel: 1, sequence: 5), .delivery)
                    batch.put(Keyspace.outbox.family, gone.bytes, stored.span)
                    batch.put(Keyspace.outbox.family, new.bytes, [1, 0x30, 2].span)
                }
            }
            let report = try Verification.run(directory: folder.path)
            let found = report.problems.map(\.key)
            if isMissing {
                #expect(found.contains("notice/1/2"), "\(found)")
            } else {
                #expect(found.contains("notice/1/4"), "\(found)")
                #expect(found.contains("delivery/1/5"), "\(found)")
            }
            let again = try TestLedger(folder: folder)
            let audit = try AuditRun(view: again.context().view, projections: nil).run()
            #expect(audit?.problems.contains { $0.kind == "record" } == true)
        }
    }

    @Test func aSalvagedCopyHasIt() throws {
        let folder = try worked()
        let target = try TestFolder()
        _ = try Salvage.run(from: folder.path, to: target.path)
        let again = try TestLedger(folder: target)
        #expect(again.run("CHANNEL DELIVERIES ops").items("sequence") == ["2", "3", "5", "6"])
    }
}
