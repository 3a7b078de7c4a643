package import Basics
package import Domain
package import Storage

/// The overlay in which one command, or one `MULTI`, is decided.
///
/// Handlers read through it, refuse by throwing, and `emit` events. An emitted event is applied to
/// memory at once, so that what follows in the same transaction sees it; `rollback` takes it all
/// back. Nothing reaches the store before the ledger appends the events to the group.
/// Threading: the ledger's thread only. One object serves all commands, one after the other.
package final class Transaction {
    package let state: MarketState
    package let writeSet: WriteSet
    package internal(set) var limits: Limits
    /// The latest written state; the open group lies above it in `writeSet`.
    package internal(set) var view: ReadView
    /// The rules; nil: there are none.
    package internal(set) var rules: (any RuleBook)?

    package private(set) var caller = Caller.local
    package private(set) var now = Timestamp(milliseconds: 0)
    package private(set) var verb: CommandVerb?
    /// The idempotency key of the command that is being decided; claimed by its first event.
    package private(set) var key: RequestIdentity?
    /// A hash over the words of the request that is being decided.
    package private(set) var requestHash: UInt64 = 0

    /// The rules that took part in the command so far; they go into the cause of its events.
    private var references: [RuleReference] = []
    /// Changes of plugins that the transaction has decided.
    private(set) var pluginChanges: [PluginChange] = []

    /// Nothing of the command will be kept: it makes no secrets.
    var isDryRun = false
    /// The hash of the password that the command sets; made before, on another thread.
    var preparedHash: String?
    /// Where secrets come from.
    var random = LedgerOptions().random

    private var mark = 0
    /// Several commands may follow one another: claimed ids must be found again.
    private var isMulti = false
    private var trades: [RecordKey: Trade] = [:]
    private var shipments: [RecordKey: Shipment] = [:]
    private var identities: [ClaimedIdentity: StoredIdentity] = [:]

    /// What reads inside a `MULTI` see; made by the first that follows a write.
    var reads: TransactionReads?

    private struct ClaimedIdentity: Hashable {
        let kind: RequestIdentity.Kind
        let name: Identifier
        let actor: Identifier
    }

    package init(state: MarketState, writeSet: WriteSet, view: ReadView, limits: Limits) {
        self.state = state
        self.writeSet = writeSet
        self.view = view
        self.limits = limits
    }

    package var names: Names { state.names }

    // MARK: Life

    /// Starts with nothing decided.
    ///
    /// - Parameter now: the time that all its events carry; never before the last event's.
    func begin(caller: Caller, now: Timestamp, isMulti: Bool = false) {
        self.caller = caller
        self.isMulti = isMulti
        // Never before what the leader's clock has looked at, or a short reservation made after
        // the machine's clock was set back would end in the past and never be found.
        self.now = max(now, writeSet.head.time, writeSet.head.dueTime)
        mark = state.journalMark
        writeSet.dropStaged()
        if !trades.isEmpty { trades.removeAll(keepingCapacity: true) }
        if !shipments.isEmpty { shipments.removeAll(keepingCapacity: true) }
        if !identities.isEmpty { identities.removeAll(keepingCapacity: true) }
        if reads != nil { reads = nil }
        if !pluginChanges.isEmpty { pluginChanges.removeAll() }
        verb = nil
        key = nil
        isDryRun = false
    }

    /// From here on the events name the rules that have taken part.
    func takeReferences() {
        if let rules { references += rules.takeReferences() }
    }

    /// Turns to the next command of the transaction.
    func beginCommand(_ verb: CommandVerb?, requestHash: UInt64, key: RequestIdentity? = nil) {
        self.verb = verb
        if !references.isEmpty { references.removeAll() }
        self.requestHash = requestHash
        self.key = key
    }

    /// Takes back all that was emitted.
    func rollback() {
        state.rollback(to: mark)
        writeSet.dropStaged()
    }

    /// Hands the events to the group; from here on they will be written.
    func commit() throws(StorageError) {
        state.commit()
        try writeSet.appendStaged(state: state)
    }

    /// The events that were emitted so far.
    package var events: ArraySlice<Event> { writeSet.stagedEvents }

    package var hasEvents: Bool { writeSet.stagedCount > 0 }

    // MARK: Emitting

    /// The seq that the next event gets.
    package var nextSeq: UInt64 { writeSet.nextSeq }

    /// Adds an event and applies it to memory.
    ///
    /// - Parameter identity: the client-chosen id that it claims.
    @discardableResult
    package func emit(
        _ type: EventType, _ data: EventData, identity: RequestIdentity? = nil
    ) -> UInt64 {
        let event = Event(
            seq: nextSeq, time: now, type: type, first: 0, count: 0, actor: caller.name,
            cause: Cause(command: verb, rules: references), identity: identity, key: key, data: data
        )
        if isMulti {
            if let identity { remember(identity, seq: event.seq) }
            if let key { remember(key, seq: event.seq) }
        }
        key = nil
        apply(event)
        let seq = event.seq
        writeSet.stage(event)
        return seq
    }

    private func remember(_ identity: RequestIdentity, seq: UInt64) {
        let actor = identity.kind == .key ? caller.name : identity.name
        identities[ClaimedIdentity(kind: identity.kind, name: identity.name, actor: actor)] =
            StoredIdentity(
                kind: identity.kind, seq: seq, requestHash: identity.requestHash, time: now)
    }

    /// Takes an event into memory. The records that every trade makes are taken without a visit.
    private func apply(_ event: borrowing Event) {
        switch event.data {
        case .trade(let change):
            if change.previous != 0 { trades[change.trade.key] = change.trade }
            for row in change.stock { state.set(row.after) }
        case .shipment(let change):
            if change.previous != 0 { shipments[change.shipment.key] = change.shipment }
            for row in change.stock { state.set(row.after) }
            for trade in change.trades { trades[trade.after.key] = trade.after }
            for ship in change.ships { state.set(ship.after) }
        case .inventory(let change): state.set(change.stock.after)
        case .ship(_, let after, let aboard, _):
            state.set(after)
            for shipment in aboard { shipments[shipment.after.key] = shipment.after }
        case .plugin(let change):
            pluginChanges.append(change)
            state.apply(event)
        case .station, .item, .currency, .rate, .system, .channel, .notices, .user, .grant:
            state.apply(event)
        }
    }

    // MARK: Reading

    /// A trade as it is now, this transaction included.
    package func trade(_ key: RecordKey) throws(CommandError) -> Trade? {
        if !trades.isEmpty, let trade = trades[key] { return trade }
        if let trade = writeSet.pendingTrade(key) { return trade }
        return try stored { () throws(StorageError) in try view.trade(key) }
    }

    /// A shipment as it is now, this transaction included.
    package func shipment(_ key: RecordKey) throws(CommandError) -> Shipment? {
        if !shipments.isEmpty, let shipment = shipments[key] { return shipment }
        if let shipment = writeSet.pendingShipment(key) { return shipment }
        return try stored { () throws(StorageError) in try view.shipment(key) }
    }

    /// The trade of an id, or nil.
    package func trade(id: Identifier) throws(CommandError) -> Trade? {
        if let ulid = ULID(id), ulid.seq > 0, ulid.seq < nextSeq,
            let trade = try trade(RecordKey(seq: ulid.seq, index: ulid.n)), trade.id == id
        {
            return trade
        }
        guard let claimed = try identity(.trade, id) else { return nil }
        return try trade(RecordKey(seq: claimed.seq))
    }

    /// The shipment of an id, or nil.
    package func shipment(id: Identifier) throws(CommandError) -> Shipment? {
        if let ulid = ULID(id), ulid.seq > 0, ulid.seq < nextSeq,
            let shipment = try shipment(RecordKey(seq: ulid.seq, index: ulid.n)),
            shipment.id == id
        {
            return shipment
        }
        guard let claimed = try identity(.shipment, id) else { return nil }
        return try shipment(RecordKey(seq: claimed.seq))
    }

    /// Who claimed a client-chosen id or, for this caller, a key; nil if nobody did.
    package func identity(
        _ kind: RequestIdentity.Kind, _ name: Identifier
    ) throws(CommandError) -> StoredIdentity? {
        let actor = kind == .key ? caller.name : name
        if !identities.isEmpty,
            let claimed = identities[ClaimedIdentity(kind: kind, name: name, actor: actor)]
        {
            return claimed
        }
        let key = StoreKey.identity(
            kind, name: name, actor: actor, seed: view.identitySeed)
        if let claimed = writeSet.pendingIdentity(key) { return claimed }
        return try stored { () throws(StorageError) in try view.identity(key) }
    }

    /// An event of the log, of the open group, or of this transaction.
    package func event(_ seq: UInt64) throws(CommandError) -> Event? {
        if let event = writeSet.pendingEvent(seq) { return event }
        return try stored { () throws(StorageError) in try view.event(seq) }
    }

    /// The figures of an item at a station, this transaction included.
    package func stock(_ station: StationNumber, _ item: ItemNumber) -> Stock {
        state.stock.stock(StockKey(station: station, item: item))
    }

    /// Bytes that nobody can guess.
    ///
    /// - Throws: `ERR` where the machine gives none.
    func randomBytes(_ count: Int) throws(CommandError) -> [UInt8] {
        try random(count)
    }

    private func stored<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(CommandError) -> Result {
        do throws(StorageError) { return try body() } catch { throw CommandError(error) }
    }
}
