import Basics
import Crypto
import Domain
import RocksDB

/// The open group as a batch: events, records, witnesses, and the digest that follows them.
struct GroupBatch: ~Copyable {
    private let database: Database
    private let identitySeed: UInt64
    /// The log after the last appended event.
    private(set) var head: LogHead
    /// The transactions of the group, in order.
    private(set) var events: [Event] = []
    /// Where the events of the transaction that is being decided begin: they are not in the batch.
    private(set) var stagedFrom = 0

    private var batch: WriteBatch
    /// Whether the batch holds anything; it may hold more than events.
    private var hasChanges = false
    /// The last row put into each family.
    private var witnesses: WitnessTable
    private(set) var earliestDue: Timestamp?
    private var value = ByteBuffer(capacity: 4_096)
    private var hasher: SHA256
    private var pending = PendingRecords()
    /// Groups that were handed over and may not be in the database yet, oldest first.
    private var sealed: [SealedGroup] = []
    /// Cleared batches, for the groups to come.
    private var spares: [BatchBox] = []

    init(
        database: Database, head: LogHead, witnesses: WitnessTable, identitySeed: UInt64,
        hasher: consuming SHA256
    ) {
        self.database = database
        self.witnesses = witnesses
        batch = database.batch()
        self.hasher = hasher
        self.head = head
        self.identitySeed = identitySeed
    }

    var isEmpty: Bool { events.isEmpty && !hasChanges }

    var byteCount: Int { batch.byteCount }

    // MARK: Staging

    var nextSeq: UInt64 { head.seq + UInt64(events.count - stagedFrom) + 1 }

    mutating func stage(_ event: consuming Event) { events.append(event) }

    mutating func dropStaged() {
        if events.count > stagedFrom { events.removeLast(events.count - stagedFrom) }
    }

    // MARK: Reading

    // The open group first, then the sealed ones, newest first: the first that knows a record has
    // it as it is now. What none of them knows is in the database as it is now, whether or not the
    // younger of the sealed groups have been written meanwhile.

    func event(_ seq: UInt64) -> Event? {
        if let event = PendingRecords.event(seq, in: events) { return event }
        for group in sealed.reversed() {
            if let event = PendingRecords.event(seq, in: group.events) { return event }
        }
        return nil
    }

    func trade(_ key: RecordKey) -> Trade? {
        if let trade = pending.trade(key, events: events) { return trade }
        for group in sealed.reversed() {
            if let trade = group.pending.trade(key, events: group.events) { return trade }
        }
        return nil
    }

    func shipment(_ key: RecordKey) -> Shipment? {
        if let shipment = pending.shipment(key, events: events) { return shipment }
        for group in sealed.reversed() {
            if let shipment = group.pending.shipment(key, events: group.events) { return shipment }
        }
        return nil
    }

    func identity(_ key: StoreKey) -> StoredIdentity? {
        if pending.identities.isEmpty && sealed.isEmpty { return nil }
        let hash = FastHash.hash128(key.bytes)
        if let identity = pending.identities[hash] { return identity }
        for group in sealed.reversed() {
            if let identity = group.pending.identities[hash] { return identity }
        }
        return nil
    }

    private func hash(_ key: PendingRecords.PendingKey) -> Digest128? {
        if let hash = pending.hashes[key] { return hash }
        for group in sealed.reversed() {
            if let hash = group.pending.hashes[key] { return hash }
        }
        return nil
    }

    // MARK: Appending

    mutating func appendStaged(state: MarketState) throws(StorageError) {
        if events.count == stagedFrom { return }
        let first = events[stagedFrom].seq
        if first != head.seq + 1 { throw .invariant("event \(first) does not follow \(head.seq)") }
        let count = UInt32(clamping: events.count - stagedFrom)
        for index in stagedFrom..<events.count {
            events[index].first = first
            events[index].count = count
        }
        // Through a span: an event is large, and a subscript would copy it.
        let all = events
        let span = all.span
        for index in stagedFrom..<span.count {
            try put(span[index])
            try putChanges(of: span[index], state: state)
        }
        stagedFrom = events.count
    }

    private mutating func put(_ event: borrowing Event) throws(StorageError) {
        value.removeAll(keeping: 1 << 20)
        EventCodec.encode(event, into: &value)
        if value.count > WriteSet.maximumEventBytes {
            throw .invariant("event \(event.seq) has \(value.count) bytes")
        }
        do throws(CryptoError) {
            head.chain = try StoredEvent.seal(
                &value, seq: event.seq, previousChain: head.chain, hasher: &hasher)
        } catch { throw .invariant(error.message) }
        head.seq = event.seq
        head.time = event.time
        let key = StoreKey.event(event.seq)
        put(.events, key)
    }

    /// The records of an event. What every trade makes is put without a visit and its copies.
    private mutating func putChanges(
        of event: borrowing Event, state: MarketState
    ) throws(StorageError) {
        switch event.data {
        case .trade(let change):
            try putTrade(change.trade, isNew: change.previous == 0)
            for row in change.stock { putStock(row.after, state: state) }
            if let due = event.reservationEnd { putDue(due) }
            try putIdentities(of: event)
        case .shipment(let change):
            try putShipment(change.shipment, isNew: change.previous == 0)
            for row in change.stock { putStock(row.after, state: state) }
            for trade in change.trades { try putTrade(trade.after, isNew: false) }
            for ship in change.ships { try put(.ship(ship.after, isNew: false), state: state) }
            if let due = event.arrival { putDue(due) }
            try putIdentities(of: event)
        default:
            try event.forEachChange { (change) throws(StorageError) in
                try put(change, state: state)
            }
        }
    }

    private mutating func put(
        _ change: StateChange, state: MarketState
    ) throws(StorageError) {
        switch change {
        case .stock(let stock): putStock(stock, state: state)
        case .trade(let trade, let isNew): try putTrade(trade, isNew: isNew)
        case .shipment(let shipment, let isNew): try putShipment(shipment, isNew: isNew)
        case .identity(let identity, let actor, let seq):
            try putIdentity(identity, actor: actor, seq: seq)
        case .due(let due): putDue(due)
        case .station(let station, let isNew):
            value.removeAll()
            StationCodec.encode(station, into: &value)
            try putDigested(.catalog, .catalog(.station, station.id), isNew: isNew)
        case .item(let item, let isNew):
            value.removeAll()
            ItemCodec.encode(item, into: &value)
            try putDigested(.catalog, .catalog(.item, item.id), isNew: isNew)
        case .ship(let ship, let isNew):
            value.removeAll()
            ShipCodec.encode(ship, into: &value)
            try putDigested(.catalog, .catalog(.ship, ship.id), isNew: isNew)
        case .currency(let currency):
            value.removeAll()
            CurrencyCodec.encode(currency, into: &value)
            try putDigested(.catalog, .currency(currency.code), isNew: true)
        case .rate(let rate, let isNew):
            value.removeAll()
            RateCodec.encode(rate, into: &value)
            try putDigested(.catalog, .rate(base: rate.base, quote: rate.quote), isNew: isNew)
        case .plugin, .pluginVersion, .pluginState, .cursor, .channel, .notice, .delivery,
            .noticeRemoved:
            try putFeature(change)
        case .user, .grant, .grantRemoved: try putAccount(change)
        }
    }

    /// The rows of rules and channels.
    private mutating func putFeature(_ change: StateChange) throws(StorageError) {
        value.removeAll()
        switch change {
        case .plugin(let plugin, let isNew):
            PluginCodec.encode(plugin, into: &value)
            try putDigested(.catalog, .catalog(.plugin, plugin.name), isNew: isNew)
        case .pluginVersion(let version):
            PluginVersionCodec.encode(version, into: &value)
            try putDigested(.catalog, .pluginVersion(version.tag.digest), isNew: true)
        case .pluginState(let state):
            PluginStateCodec.encode(state, into: &value)
            try putDigested(.catalog, .catalog(.pluginState, state.plugin), isNew: false)
        case .cursor(let cursor):
            HookCursorCodec.encode(cursor, into: &value)
            try putDigested(.catalog, .catalog(.cursor, cursor.owner), isNew: false)
        case .channel(let channel, let isNew):
            ChannelCodec.encode(channel, into: &value)
            try putDigested(.catalog, .catalog(.channel, channel.id), isNew: isNew)
        case .notice(let notice):
            NoticeCodec.encode(notice, into: &value)
            try putDigested(.outbox, .outbox(notice.key, .notice), isNew: true)
        case .delivery(let delivery):
            DeliveryCodec.encode(delivery, into: &value)
            try putDigested(.outbox, .outbox(delivery.key, .delivery), isNew: false)
        case .noticeRemoved(let key):
            for part in StoreKey.OutboxPart.allCases {
                try removeDigested(.outbox, .outbox(key, part))
            }
        default: break
        }
    }

    /// The rows of users and their grants.
    private mutating func putAccount(_ change: StateChange) throws(StorageError) {
        value.removeAll()
        switch change {
        case .user(let user, let isNew):
            UserCodec.encode(user, into: &value)
            try putDigested(.catalog, .catalog(.user, user.name), isNew: isNew)
        case .grant(let grant, let isNew):
            GrantCodec.encode(grant, into: &value)
            try putDigested(.catalog, .catalog(.grant, grant.id), isNew: isNew)
        case .grantRemoved(let id): try removeDigested(.catalog, .catalog(.grant, id))
        default: break
        }
    }

    /// Takes a row away, and out of the digest; nothing where it is not there.
    private mutating func removeDigested(
        _ keyspace: Keyspace, _ key: StoreKey
    ) throws(StorageError) {
        let place = PendingRecords.PendingKey(
            keyspace: keyspace, hash: FastHash.hash128(key.bytes))
        if let before = hash(place) {
            head.digest -= before
        } else if let before = try storedHash(keyspace, key) {
            head.digest -= before
        }
        // Gone: what follows takes nothing more out for it.
        pending.hashes[place] = Digest128()
        batch.delete(keyspace.family, key.bytes)
        if let witness = witnesses[keyspace], witness.key.bytes.equals(key.bytes) {
            witnesses[keyspace] = nil
        }
        hasChanges = true
    }

    private mutating func putTrade(_ trade: Trade, isNew: Bool) throws(StorageError) {
        let key = StoreKey.record(trade.key)
        if !isNew {
            try forget(.trades, key) { (group) in
                guard let before = group.trade(trade.key) else { return false }
                TradeCodec.encode(before, into: &group.value)
                return true
            }
            pending.trades[trade.key] = trade
        }
        value.removeAll()
        TradeCodec.encode(trade, into: &value)
        let hash = StateDigest.hash(.trades, key: key.bytes, value: value.bytes)
        head.digest += hash
        put(.trades, key, hash: hash.low)
    }

    private mutating func putShipment(_ shipment: Shipment, isNew: Bool) throws(StorageError) {
        let key = StoreKey.record(shipment.key)
        if !isNew {
            try forget(.cargo, key) { (group) in
                guard let before = group.shipment(shipment.key) else { return false }
                ShipmentCodec.encode(before, into: &group.value)
                return true
            }
            pending.shipments[shipment.key] = shipment
        }
        value.removeAll()
        ShipmentCodec.encode(shipment, into: &value)
        let hash = StateDigest.hash(.cargo, key: key.bytes, value: value.bytes)
        head.digest += hash
        put(.cargo, key, hash: hash.low)
    }

    /// Takes a record's present value out of the digest: as the groups left it, else as stored.
    ///
    /// - Parameter encodePending: puts the groups' version into `value`; false where there is none.
    private mutating func forget(
        _ keyspace: Keyspace, _ key: StoreKey,
        _ encodePending: (inout GroupBatch) -> Bool
    ) throws(StorageError) {
        value.removeAll()
        if encodePending(&self) {
            head.digest -= StateDigest.hash(keyspace, key: key.bytes, value: value.bytes)
        } else if let before = try storedHash(keyspace, key) {
            head.digest -= before
        }
    }

    private mutating func putDue(_ due: DueKey) {
        earliestDue = min(earliestDue ?? due.time, due.time)
        value.removeAll()
        put(.due, .due(due))
    }

    private mutating func putIdentities(of event: borrowing Event) throws(StorageError) {
        if let identity = event.identity {
            try putIdentity(identity, actor: event.actor, seq: event.seq)
        }
        if let key = event.key { try putIdentity(key, actor: event.actor, seq: event.seq) }
    }

    /// A stock row's old hash lies beside the row in memory, so the hottest update reads nothing.
    private mutating func putStock(_ stock: borrowing Stock, state: MarketState) {
        value.removeAll()
        StockCodec.encode(stock, into: &value)
        let key = StoreKey.stock(stock.key)
        let hash = StateDigest.hash(.inventory, key: key.bytes, value: value.bytes)
        if let row = state.stock.row(stock.key) {
            head.digest -= state.stock.hash(row)
            state.stock.setHash(hash, row: row)
        }
        head.digest += hash
        put(.inventory, key, hash: hash.low)
    }

    private mutating func putIdentity(
        _ identity: RequestIdentity, actor: Identifier, seq: UInt64
    ) throws(StorageError) {
        value.removeAll()
        let key = StoreKey.identity(
            identity.kind, name: identity.name, actor: actor, seed: identitySeed)
        let stored = StoredIdentity(
            kind: identity.kind, seq: seq, requestHash: identity.requestHash, time: head.time)
        stored.encode(into: &value)
        // A key may come again when its seven days are over; an id never does.
        try putDigested(.ids, key, isNew: identity.kind != .key)
        pending.identities[FastHash.hash128(key.bytes)] = stored
    }

    private mutating func putDigested(
        _ keyspace: Keyspace, _ key: StoreKey, isNew: Bool
    ) throws(StorageError) {
        let hash = StateDigest.hash(keyspace, key: key.bytes, value: value.bytes)
        head.digest += hash
        // Ids never change; other records may, or may go, before the group is written.
        if !isNew || keyspace == .catalog || keyspace == .outbox {
            let place = PendingRecords.PendingKey(
                keyspace: keyspace, hash: FastHash.hash128(key.bytes))
            if !isNew {
                if let before = self.hash(place) {
                    head.digest -= before
                } else if let before = try storedHash(keyspace, key) {
                    head.digest -= before
                }
            }
            pending.hashes[place] = hash
        }
        put(keyspace, key, hash: hash.low)
    }

    private func storedHash(
        _ keyspace: Keyspace, _ key: StoreKey
    ) throws(StorageError) -> Digest128? {
        do throws(RocksDBError) {
            guard let pinned = try database.value(keyspace.family, key.bytes) else { return nil }
            return StateDigest.hash(keyspace, key: key.bytes, value: pinned.bytes)
        } catch { throw StorageError(error) }
    }

    /// Puts `value` under `key` and remembers it as the family's witness.
    ///
    /// - Parameter hash: of the row, for its family's witness; 0: the key is enough.
    private mutating func put(_ keyspace: Keyspace, _ key: StoreKey, hash: UInt64 = 0) {
        batch.put(keyspace, key, value)
        hasChanges = true
        if keyspace.hasWitness {
            witnesses[keyspace] = WitnessTable.Witness(seq: head.seq, key: key, hash: hash)
        }
    }

    // MARK: What is not in the log

    /// Everything due before `time` has been looked at: the moments up to there go.
    mutating func advanceDue(to time: Timestamp, removing keys: [StoreKey]) {
        head.dueTime = max(head.dueTime, time)
        for key in keys { batch.delete(Keyspace.due.family, key.bytes) }
        // The witness may be among them: the next moment put is the next witness.
        if !keys.isEmpty { witnesses[.due] = nil }
        hasChanges = true
    }

    /// Puts a value of this server's own (consumer groups); not in the log, not in the digest.
    mutating func putLocal(_ key: StoreKey, _ bytes: Span<UInt8>) {
        batch.put(Keyspace.local.family, key.bytes, bytes)
        hasChanges = true
    }

    mutating func deleteLocal(_ key: StoreKey) {
        batch.delete(Keyspace.local.family, key.bytes)
        hasChanges = true
    }

    // MARK: Committing

    /// Ends the group with its witnesses; the next one begins. Nothing is written yet.
    mutating func seal(as number: UInt64) -> SealedGroup {
        putHead()
        let box = spares.popLast() ?? BatchBox(database)
        box.exchange(&batch)
        let group = SealedGroup(
            number: number, head: head, events: events, earliestDue: earliestDue, pending: pending,
            batch: box)
        sealed.append(group)
        pending = PendingRecords(roomAs: group.pending)
        events = []
        events.reserveCapacity(group.events.count)
        hasChanges = false
        stagedFrom = 0
        earliestDue = nil
        return group
    }

    /// Whether groups were sealed and not retired.
    var hasSealed: Bool { !sealed.isEmpty }

    /// Takes note that the groups up to a number are in the database.
    mutating func retire(through number: UInt64) {
        while let first = sealed.first, first.number <= number {
            first.batch.clear()
            spares.append(first.batch)
            sealed.removeFirst()
        }
    }

    private mutating func putHead() {
        value.removeAll()
        witnesses.encode(into: &value)
        batch.put(.meta, .name("witness"), value)
        value.removeAll()
        head.encode(into: &value)
        batch.put(.meta, .name("head"), value)
    }
}

extension WriteBatch {
    /// Puts what `value` holds under `key`.
    mutating func put(_ keyspace: Keyspace, _ key: StoreKey, _ value: borrowing ByteBuffer) {
        put(keyspace.family, key.bytes, value.bytes)
    }
}
