import Basics
import Domain
import Ledger
import Storage

/// The hooks after the commit of one live plugin, step by step, without their thread.
///
/// Every event is given to them once, in order: the cursor moves in one transaction with the
/// notices and the state that came of it. A hook that fails is told in the plugin's log and
/// counted, and its event is passed. One thread.
final class AfterWorker {
    /// Notices after which a portion ends, behind those of one event.
    private static let portionNotices = 128
    /// How long a portion takes, behind the hooks of one event.
    private static let portionNanoseconds: UInt64 = 100_000_000
    /// A cursor without notices is kept after so many events.
    private static let cursorStride: UInt64 = 4_096
    /// Ticks of a longer timer are kept even where they had nothing to say.
    private static let keptPeriod: Int64 = 60_000

    let plugin: Identifier
    let tag: VersionTag
    /// Events up to here are done.
    private(set) var cursor: UInt64
    private let desk: AfterDesk
    private let station: StationNumber?
    private let rules: AfterRules
    private var timers: TimerTable
    /// The plugin's table, also what is not durable yet.
    private(set) var state: PluginState?
    /// The cursor as the store has it; nil: it has none that is right.
    private var keptCursor: UInt64?

    // The portion under construction.
    private var drafts: [NoticeDraft] = []
    private var hasNewState = false
    private var mustKeep = false

    /// Compiles the version.
    ///
    /// - Parameters:
    ///   - cursor: where to begin; its timers go on.
    ///   - isKept: whether the store has this cursor.
    /// - Throws: where the source does not compile any more.
    init(
        _ version: PluginVersion, cursor: HookCursor, isKept: Bool, state: PluginState?,
        desk: AfterDesk
    ) throws(PluginProblem) {
        plugin = version.plugin
        tag = version.tag
        station = version.station
        self.desk = desk
        self.cursor = cursor.seq
        keptCursor = isKept ? cursor.seq : nil
        self.state = state
        rules = try desk.compile(version)
        timers = TimerTable(
            periods: rules.definition.every.map(\.milliseconds), kept: cursor.timers,
            now: desk.now)
    }

    /// Whether it hears events.
    var hears: Bool { !rules.definition.on.isEmpty }
    /// When its next timer is due.
    var nextTick: Timestamp? { timers.next }
    /// The cursor as it is to be kept.
    var hookCursor: HookCursor { HookCursor(owner: plugin, seq: cursor, timers: timers.timers) }
    /// Frees the machine.
    func close() { rules.close() }

    /// Runs the timers that are due and the hooks of the next events.
    ///
    /// - Parameter isStopping: asked between events.
    /// - Returns: what to hand to the ledger; nil: nothing so far.
    func step(
        _ window: EventWindow, isStopping: () -> Bool
    ) throws(StorageError) -> NoticeBatch? {
        drafts.removeAll()
        hasNewState = false
        mustKeep = keptCursor == nil
        tick(window.view)
        if hears { try listen(window, isStopping) }
        for action in rules.takeActions() { desk.ledger.fallBack(action) }
        let behind = cursor - (keptCursor ?? cursor)
        if drafts.isEmpty && !hasNewState && !mustKeep && behind < Self.cursorStride { return nil }
        return NoticeBatch(cursor: hookCursor, state: hasNewState ? state : nil, drafts: drafts)
    }

    /// The ledger took the last batch.
    func kept(_ receipt: NoticeReceipt) {
        keptCursor = cursor
        for refused in receipt.refused {
            let reason =
                switch refused.reason {
                case .unknownChannel: "there is no channel \(refused.channel)"
                case .disabledChannel: "channel \(refused.channel) is disabled"
                case .foreignChannel: "channel \(refused.channel) belongs to another station"
                }
            tell(.warning, "notices", "a notice is lost: \(reason)")
        }
    }

    /// The ledger will never take the last batch: it goes on without its notices.
    func lost(_ error: CommandError) -> NoticeBatch {
        tell(.error, "notices", "\(drafts.count) notices are lost: \(error.message)")
        return NoticeBatch(cursor: hookCursor, state: hasNewState ? state : nil)
    }

    /// What a clean stop has to keep; nil: nothing.
    var last: NoticeBatch? {
        cursor > keptCursor ?? 0 || !timers.timers.isEmpty ? NoticeBatch(cursor: hookCursor) : nil
    }

    // MARK: Hooks

    private func world(_ view: ReadView, _ now: Timestamp) -> ViewWorld {
        ViewWorld(view, now: now, states: state.map { [plugin: $0] } ?? [:])
    }

    private func tick(_ view: ReadView) {
        let now = desk.now
        for place in timers.takeDue(now) {
            let period = rules.definition.every[place]
            if period.milliseconds >= Self.keptPeriod { mustKeep = true }
            take(rules.tick(place, world: world(view, now)), "every") { notice in
                var draft = draft(notice, "every:\(period.text)", event: 0, time: now)
                if let station { draft.stations = [station] }
                return draft
            }
        }
    }

    private func listen(
        _ window: EventWindow, _ isStopping: () -> Bool
    ) throws(StorageError) {
        try window.read(after: cursor)
        let began = desk.clock.monotonicNanoseconds()
        for event in window.events {
            // What channels tell is no matter of rules, or a rule would feed itself.
            if event.type == .noticeLogged || !rules.hears(event) { continue }
            let elapsed = desk.clock.monotonicNanoseconds() &- began
            if drafts.count >= Self.portionNotices || elapsed > Self.portionNanoseconds
                || isStopping()
            {
                cursor = max(cursor, event.seq - 1)
                return
            }
            hear(event, window.view)
        }
        cursor = max(cursor, window.reached)
    }

    private func hear(_ event: Event, _ view: ReadView) {
        let history = view.history.history(of: event.seq)
        let result = rules.hear(event, history: history, world: world(view, event.time))
        take(result, "on") { notice in
            var draft = draft(notice, "on", event: event.seq, time: event.time)
            draft.eventType = event.type
            var buffer = ByteBuffer(capacity: 128)
            buffer.appendSubject(event, names: view.names)
            draft.about = buffer.bytes.validatedText
            event.forEachStation { draft.stations.append($0) }
            return draft
        }
    }

    private func take(
        _ result: AfterResult, _ hook: String, _ draft: (RuleNotice) -> NoticeDraft
    ) {
        if !result.state.isEmpty { merge(result.state, hook) }
        for notice in result.notices { drafts.append(draft(notice)) }
    }

    private func merge(_ changes: [(key: String, value: String?)], _ hook: String) {
        let limit = min(desk.limits.ruleStateBytes, PluginState.maximumBytes)
        do throws(RuleFault) {
            let json = try RuleState.merging(state?.json, changes, limit: limit)
            if json == state?.json ?? "{}" { return }
            state = PluginState(plugin: plugin, json: json, seq: state?.seq ?? 0)
            hasNewState = true
        } catch { rules.refuse(error, hook: hook) }
    }

    private func draft(
        _ notice: RuleNotice, _ hook: String, event: UInt64, time: Timestamp
    ) -> NoticeDraft {
        var draft = NoticeDraft(
            channel: notice.channel,
            rule: RuleReference(name: plugin, version: tag.label, hook: hook),
            station: station, event: event, time: time)
        draft.subject = notice.subject
        draft.text = notice.text
        draft.data = notice.data
        draft.orderKey = notice.key
        return draft
    }

    private func tell(_ level: RuleLog.Level, _ hook: String, _ text: String) {
        desk.lines.add(
            RuleLog.Line(
                time: desk.now, level: level, version: tag.label, hook: hook, text: text),
            plugin: plugin)
    }
}
