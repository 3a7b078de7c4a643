package import Basics
package import Domain
package import Storage
import Synchronization
import System

/// The one writer: decides commands, gathers their events in groups, and knows what is durable.
///
/// Every reply given on this thread belongs to `openGroup` and may leave once `durableGroup` has
/// reached it. Whoever runs the ledger calls `closeGroup` after each batch of commands and
/// `collectDurable` when woken. Threading: one thread, except `durableView` and `isWritable`.
package final class Ledger {
    package let options: LedgerOptions
    package let store: Store
    package let projections: Projections
    package let clock: any Clock
    let published: Mutex<ReadView>
    let transaction: Transaction
    let time: LedgerClock
    let space: SpaceWatch
    let sync: SyncThread
    let due: DueWork
    private let lists: LiveStockLists
    /// The limits in force; may be changed between commands.
    package var limits: Limits {
        didSet {
            transaction.limits = limits
            space.limits = limits
            time.limitMilliseconds = limits.clockSkewMilliseconds
        }
    }

    /// The rules; nil: there are none. Set before the first command.
    package var rules: (any RuleBook)? { didSet { transaction.rules = rules } }
    /// The files of the folder of rules that were refused, for `PLUGIN INFO`.
    package var refusedFiles: (any RefusedFiles)?
    /// What features write on other threads comes in here. Any thread.
    package let inbox: LedgerInbox
    /// Password hashes on their way to the commands that asked for them.
    package let secrets = PreparedSecrets()
    /// Failures of rules that are still to be written.
    var pendingActions: [RuleAction] = []
    var durableObservers: [([Event], ReadView) -> Void] = []

    /// The group that a reply given now belongs to.
    package internal(set) var openGroup: UInt64 = 1
    /// Groups that may be on their way to the disk before the ledger waits.
    static let maximumInFlight = 8
    /// The replies of this group and all before it may leave.
    package internal(set) var durableGroup: UInt64 = 0
    /// Groups that were sealed and are not published, oldest first.
    var inFlight: [SealedGroup] = []
    /// What was counted of groups.
    package let groupFigures = GroupFigures()
    /// Commands executed since the group was opened.
    var groupCommands = 0
    /// The last seq at which the state's digest was written into the log.
    var digestedSeq: UInt64

    /// Called on the ledger's thread with the events of each group that has become durable, after
    /// the view that holds them was published.
    package var onDurable: (([Event], ReadView) -> Void)?

    /// Opens for writing: recovers the clock, writes what a new store begins with, starts the sync
    /// thread.
    ///
    /// - Parameters:
    ///   - wake: called on the sync thread when `collectDurable` has something to do.
    ///   - fail: called with a sentence when the disk refuses; must end the process.
    package init(
        store: Store, options: LedgerOptions, clock: any Clock,
        wake: @escaping @Sendable () -> Void, fail: @escaping @Sendable (String) -> Void
    ) throws(StorageError) {
        self.store = store
        self.options = options
        limits = options.limits
        self.clock = clock
        time = LedgerClock(clock: clock, limitMilliseconds: options.limits.clockSkewMilliseconds)
        space = SpaceWatch(directory: store.directory, limits: options.limits)
        let view = store.latestView()
        projections = Projections(database: store.database, scratch: store.directory)
        try projections.load(view)
        published = Mutex(view)
        inbox = LedgerInbox(view: view, wake: wake)
        transaction = Transaction(
            state: store.state, writeSet: store.writeSet, view: view, limits: options.limits)
        transaction.random = options.random
        due = DueWork(database: store.database)
        lists = LiveStockLists(state: store.state)
        digestedSeq = store.writeSet.head.seq
        let mark: SyncThread.MarkPolicy =
            options.markIntervalMilliseconds.map { .interval(milliseconds: $0) } ?? .group
        sync = SyncThread(
            store: StoreHandles(store),
            policy: options.syncPolicy, markPolicy: mark, clock: clock, gate: options.writeGate,
            wake: wake, fail: fail)
        do throws(SystemError) {
            try sync.start()
            try projections.start { fail($0.message) }
        } catch { throw StorageError(error) }
        try begin()
    }

    /// What every start writes.
    private func begin() throws(StorageError) {
        transaction.begin(caller: .system, now: time.now())
        transaction.beginCommand(nil, requestHash: 0)
        transaction.emit(.systemStarted, .system(.started(version: options.version)))
        if store.isNew {
            transaction.emit(
                .currencyAdded, .currency(.credits(seq: transaction.nextSeq)))
        }
        if let ended = store.endedHistory {
            transaction.emit(
                .systemPromoted,
                .system(
                    .promoted(
                        history: store.history.current, previous: ended,
                        endedAt: store.writeSet.head.seq)))
        }
        try transaction.commit()
        try sealGroup()
        try sync.writeNow()
    }

    // MARK: Executing

    /// Decides one write. The reply, refusals too, belongs to `openGroup`.
    ///
    /// - Parameter request: begins with the command's own words.
    package func execute(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, caller: Caller,
        options write: WriteOptions, reply: Reply
    ) {
        reply.reset()
        guard case .write(let verb, let handler) = spec.handler else {
            reply.value = .error(CommandError(.err, "\(spec.name) is not a write command"))
            return
        }
        defer { followRules() }
        // Before the command, not behind it: the reply must belong to the group of its events.
        closeFullGroup()
        groupCommands += 1
        let now = time.now()
        settleDue(now)
        if spec.group == .account { transaction.preparedHash = secrets.take(request) }
        if due.isDue(now) { settleNamed(spec, request, now) }
        var refusal = decide(spec, verb, handler, request, caller, write, now, reply)
        // Reservations that have ended may still hold what is asked for, where there is a backlog.
        while let error = refusal, error.isShortage, settleDue(now) {
            refusal = decide(spec, verb, handler, request, caller, write, now, reply)
        }
        guard let refusal else { return }
        reply.reset()
        reply.value = .error(refusal)
    }

    /// - Returns: why the command was refused; nil where the reply is there.
    private func decide(
        _ spec: CommandSpec, _ verb: CommandVerb?, _ handler: CommandSpec.WriteHandler,
        _ request: borrowing ArgumentVector, _ caller: Caller, _ write: WriteOptions,
        _ now: Timestamp, _ reply: Reply
    ) -> CommandError? {
        do throws(CommandError) {
            try permit(spec, caller)
            transaction.begin(caller: caller, now: now)
            transaction.isDryRun = write.isDryRun
            let hash = RequestHash.of(request, spec)
            let key = write.key.map {
                RequestIdentity(kind: .key, name: $0, requestHash: hash)
            }
            transaction.beginCommand(verb, requestHash: hash, key: key)
            if let key {
                let isRepeat =
                    write.isDryRun
                    ? DryRun.repeats(key, request, transaction, reply)
                    : try KeyReplay.answer(key, request, transaction, reply)
                if isRepeat { return nil }
            }
            rules?.begin(isMulti: false, isDryRun: write.isDryRun)
            if spec.flags.contains(.stored) { writeForRead() }
            if write.isDryRun {
                DryRun.run(request, handler, transaction, reply, history: store.history)
                return nil
            }
            try handler(request, transaction, reply)
            try EventSize.check(transaction.events)
            finish()
            return nil
        } catch {
            transaction.rollback()
            return error
        }
    }

    /// Whether the caller may, and the disk can.
    private func permit(_ spec: CommandSpec, _ caller: Caller) throws(CommandError) {
        try Permission.check(spec, caller)
        if spec.flags.contains(.always) || spec.flags.contains(.decides) { return }
        if let reason = space.refusal { throw reason }
    }

    /// Appends what the transaction decided. A store that refuses here is final: memory is ahead.
    func finish() {
        do throws(StorageError) { try transaction.commit() } catch { end(error) }
        if !transaction.pluginChanges.isEmpty, let rules {
            for change in transaction.pluginChanges { rules.adopt(change) }
        }
    }

    /// Answers a read that is the edge's own, from a view that holds the writes before it.
    package typealias EdgeRead = (SessionCommand, borrowing ArgumentVector, ReadView) -> ReplyValue

    /// Runs the commands of a `MULTI` as one transaction.
    ///
    /// - Parameters:
    ///   - requests: the words of each command. What the edge answers is null in the reply, for
    ///     the edge to fill in.
    ///   - edgeRead: for those of them that read the store.
    package func executeTransaction(
        _ requests: [[[UInt8]]], caller: Caller, reply: Reply, edgeRead: EdgeRead? = nil
    ) {
        reply.reset()
        closeFullGroup()
        groupCommands += requests.count
        let now = time.now()
        settleDue(now)
        var words = ArgumentVector()
        prepare(requests, &words, now)
        transaction.begin(caller: caller, now: now, isMulti: true)
        rules?.begin(isMulti: true, isDryRun: false)
        defer { followRules() }
        var values: [ReplyValue] = []
        let inner = Reply()
        for (index, request) in requests.enumerated() {
            words.removeAll()
            for word in request { words.append(word.span) }
            inner.reset()
            do throws(CommandError) {
                values.append(
                    try executeInside(words, caller: caller, reply: inner, edgeRead))
            } catch {
                abort(error, "command \(index + 1) (\(CommandTable.name(of: words)))", reply)
                return
            }
        }
        do throws(CommandError) { try EventSize.check(transaction.events) } catch {
            abort(error, "the transaction", reply)
            return
        }
        if transaction.hasEvents { finish() }
        reply.value = .array(values)
    }

    /// What must happen before the commands of a `MULTI` are decided: what their records have due,
    /// and, for reads among them, the group that is open.
    private func prepare(
        _ requests: [[[UInt8]]], _ words: inout ArgumentVector, _ now: Timestamp
    ) {
        var hasReads = false
        for request in requests {
            words.removeAll()
            for word in request { words.append(word.span) }
            guard let spec = try? CommandTable.find(words) else { continue }
            switch spec.handler {
            case .write:
                if due.isDue(now) { settleNamed(spec, words, now) }
                if spec.flags.contains(.stored) { hasReads = true }
            case .read: hasReads = true
            case .session: if spec.flags.contains(.read) { hasReads = true }
            case .feature: break
            }
        }
        // Last: what was due is in the group too.
        if hasReads { writeForRead() }
    }

    private func abort(_ error: CommandError, _ place: String, _ reply: Reply) {
        transaction.rollback()
        var refusal = CommandError(
            .execAbort, "\(place): \(error.code.rawValue) \(error.message)")
        refusal.station = error.station
        refusal.item = error.item
        refusal.asked = error.asked
        refusal.available = error.available
        reply.value = .error(refusal)
    }

    private func executeInside(
        _ words: borrowing ArgumentVector, caller: Caller, reply: Reply, _ edgeRead: EdgeRead?
    ) throws(CommandError) -> ReplyValue {
        let spec = try CommandTable.find(words)
        switch spec.handler {
        case .write(let verb, let handler):
            if spec.flags.contains(.noTransaction) {
                throw CommandError(.err, "\(spec.name) is not allowed inside MULTI")
            }
            try permit(spec, caller)
            transaction.beginCommand(verb, requestHash: RequestHash.of(words, spec))
            try handler(words, transaction, reply)
        case .read(let handler):
            try Permission.check(spec, caller)
            try handler(words, try context(caller, in: transaction), reply)
        case .session(let command):
            if let edgeRead, spec.flags.contains(.read) {
                let view = try context(caller, in: transaction).view
                return edgeRead(command, words, view)
            }
            reply.value = .null
        case .feature:
            throw CommandError(.err, "\(spec.name) is not allowed inside MULTI")
        }
        if case .record = reply.value { return .json(reply.body.array) }
        return reply.value
    }

    // MARK: Reading

    /// Answers a read.
    ///
    /// - Parameter isBehindWrites: the caller has writes of its own in flight: the answer must see
    ///   them and belongs to `openGroup`. Otherwise it comes from the durable view and may leave at
    ///   once.
    package func read(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, caller: Caller,
        isBehindWrites: Bool, reply: Reply
    ) {
        reply.reset()
        guard case .read(let handler) = spec.handler else {
            reply.value = .error(CommandError(.err, "\(spec.name) is not a read command"))
            return
        }
        do throws(CommandError) {
            try Permission.check(spec, caller)
            if isBehindWrites {
                writeForRead()
                try handler(request, context(caller), reply)
            } else if spec.flags.contains(.level), let level = level(request) {
                reply.value = .integer(level)
            } else {
                try handler(request, durableContext(caller), reply)
            }
        } catch { reply.value = .error(error) }
    }

    /// Answers `INVENTORY LEVEL` out of memory: it needs neither a view nor a key where the row is
    /// durable.
    ///
    /// - Parameter request: begins with the command's own words.
    /// - Returns: what may be sold; nil where `read` must be asked, which also knows the refusals.
    package func level(_ request: borrowing ArgumentVector) -> Int64? {
        guard request.count == 4,
            let level = state.level(station: request[2], item: request[3]),
            level.seq <= durableSeq
        else { return nil }
        return level.available
    }

    /// What a read on another thread needs; the view is the last durable one.
    package func durableContext(_ caller: Caller) -> ReadContext {
        context(caller, durableView)
    }

    private func context(_ caller: Caller) -> ReadContext {
        context(caller, store.latestView())
    }

    private func context(_ caller: Caller, _ view: ReadView) -> ReadContext {
        var context = ReadContext(
            view: view, projections: projections, caller: caller, limits: limits,
            now: Timestamp(milliseconds: clock.wallMilliseconds()), stockLists: lists)
        context.refusedFiles = refusedFiles
        return context
    }

    /// For a read inside `MULTI`: over what the transaction has decided so far.
    private func context(
        _ caller: Caller, in transaction: Transaction
    ) throws(CommandError) -> ReadContext {
        let latest = store.latestView()
        if !transaction.hasEvents { return context(caller, latest) }
        do throws(StorageError) {
            return context(caller, try TransactionReads.view(over: latest, transaction))
        } catch { throw CommandError(error) }
    }

    /// The store as of the last durable group. Any thread.
    package var durableView: ReadView { published.withLock { $0 } }

    /// The last event of the last durable group.
    package internal(set) var durableSeq: UInt64 = 0

    /// The last event that was decided.
    package var writtenSeq: UInt64 { store.writeSet.head.seq }

    // MARK: Time

    /// Looks at the disk's free space and at what has become due. Call about ten times a second.
    package func tick() {
        space.check()
        settleDue(time.now())
        drainInbox()
        followRules()
        closeGroup()
    }

    /// Writes what the clock has made due: ended reservations, passed ETAs; a portion at a time.
    ///
    /// - Returns: whether anything was due.
    @discardableResult
    private func settleDue(_ now: Timestamp) -> Bool {
        if space.refusal != nil || time.isJumping { return false }
        let now = max(now, store.writeSet.head.time)
        do throws(StorageError) {
            if let earliest = store.writeSet.earliestDue { due.note(earliest) }
            if !due.isDue(now) { return false }
            // A moment is found only once its group is written, and gone only once its end is.
            if !store.writeSet.isEmpty { try sealGroup() }
            try sync.writeNow()
            return try due.settle(now: now, transaction: transaction)
        } catch { end(error) }
    }

    /// While a backlog is worked off in portions: what the record that a command names has due is
    /// written ahead of its turn.
    private func settleNamed(
        _ spec: CommandSpec, _ request: borrowing ArgumentVector, _ now: Timestamp
    ) {
        if space.refusal != nil || time.isJumping || spec.keys.last != spec.keys.first { return }
        guard request.count > 2, let id = Identifier(request[2]) else { return }
        let now = max(now, store.writeSet.head.time)
        do throws(StorageError) {
            switch spec.group {
            case .trade: try due.settle(trade: id, now: now, transaction: transaction)
            case .cargo: try due.settle(shipment: id, now: now, transaction: transaction)
            default: break
            }
        } catch { end(error) }
    }

    /// `TIME ACCEPT`: the wall clock is right although it jumped. The log keeps who said so.
    package func acceptTime(by caller: Caller = .system) {
        _ = time.now()
        let skew = time.skewMilliseconds
        let wasJumping = time.isJumping
        time.accept()
        if !wasJumping || space.refusal != nil { return }
        transaction.begin(caller: caller, now: time.now())
        transaction.beginCommand(.timeAccept, requestHash: 0)
        transaction.emit(
            .systemTimeAccepted, .system(.timeAccepted(skewMilliseconds: skew)))
        finish()
    }

    /// How far the wall clock has run ahead of the monotonic one, in milliseconds.
    package var clockSkewMilliseconds: Int64 { time.skewMilliseconds }

    /// Why writes are refused for want of space; nil while they are not.
    package var spaceRefusal: CommandError? { space.refusal }

    /// Changes when replies may leave, from the next group on.
    ///
    /// A store that was relaxed once counts as relaxed until the next start.
    package func setSyncPolicy(_ policy: StoreOptions.SyncPolicy) throws(StorageError) {
        if policy == sync.policy { return }
        // Before the first reply that does not wait for the disk.
        if sync.policy == .always { try store.relaxSession(policy) }
        sync.policy = policy
    }

    // MARK: Ending

    /// Writes and flushes everything, and ends the threads.
    package func stop() throws(StorageError) {
        inbox.stop()
        drainInbox()
        if !store.writeSet.isEmpty { try sealGroup() }
        sync.stop()
        // Nothing may be decided any more: nobody would write it.
        publishDurable()
        projections.stop()
        if let failure = sync.failure { throw failure }
        try StoreHandles(store).synchronize()
        try store.endSession()
    }

    /// Memory and store differ: nothing may be answered any more.
    func end(_ error: StorageError) -> Never {
        CurrentProcess.writeError(
            "entrepot: \(error.message); stopping, nothing was acknowledged\n")
        CurrentProcess.end(status: 1)
    }
}
