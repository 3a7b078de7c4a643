/// One record that an event leaves behind: what applying it comes down to.
package enum StateChange: Sendable {
    /// `isNew`: this event made the record.
    case trade(Trade, isNew: Bool)
    case shipment(Shipment, isNew: Bool)
    case stock(Stock)
    case station(Station, isNew: Bool)
    case item(Item, isNew: Bool)
    case ship(Ship, isNew: Bool)
    case currency(Currency)
    case rate(ExchangeRate, isNew: Bool)
    /// A claimed client-chosen id or key, and the event that holds the first result.
    case identity(RequestIdentity, actor: Identifier, seq: UInt64)
    /// A moment at which the leader must look at a record again.
    case due(DueKey)
    case plugin(Plugin, isNew: Bool)
    case pluginVersion(PluginVersion)
    case pluginState(PluginState)
    case cursor(HookCursor)
    case channel(Channel, isNew: Bool)
    case notice(Notice)
    case delivery(Delivery)
    /// Both rows of a notice go.
    case noticeRemoved(NoticeKey)
    case user(User, isNew: Bool)
    case grant(Grant, isNew: Bool)
    /// The row of a grant goes.
    case grantRemoved(Identifier)
}

/// A moment at which the leader must look at a record: the end of a reservation, or an ETA.
package struct DueKey: Hashable, Sendable {
    /// The numbers are on disk: never renumber.
    package enum Kind: UInt8, Sendable, CaseIterable {
        case reservation = 1
        case eta = 2
    }

    package var time: Timestamp
    package var kind: Kind
    package var record: RecordKey

    @inlinable package init(time: Timestamp, kind: Kind, record: RecordKey) {
        self.time = time
        self.kind = kind
        self.record = record
    }
}

extension Event {
    /// Visits every record that the event leaves behind, in a fixed order.
    ///
    /// Pure: the changes depend on the event alone. Leader, replay, followers and verification
    /// call exactly this.
    package func forEachChange<Failure: Error>(
        _ body: (StateChange) throws(Failure) -> Void
    ) throws(Failure) {
        switch data {
        case .trade(let change):
            let trade = change.trade
            try body(.trade(trade, isNew: trade.key.seq == seq))
            for row in change.stock { try body(.stock(row.after)) }
            if let due = reservationEnd { try body(.due(due)) }
        case .shipment(let change): try visit(change, body)
        case .inventory(let change): try body(.stock(change.stock.after))
        case .station(let before, let after):
            try body(.station(after, isNew: before == nil))
        case .item(let before, let after): try body(.item(after, isNew: before == nil))
        case .ship(let before, let after, let aboard, _):
            try body(.ship(after, isNew: before == nil))
            for shipment in aboard { try body(.shipment(shipment.after, isNew: false)) }
        case .currency(let currency): try body(.currency(currency))
        case .rate(let rate, let previous): try body(.rate(rate, isNew: previous == nil))
        case .system: break
        case .plugin(let change):
            try body(.plugin(change.plugin, isNew: change.before == nil))
            if let version = change.version { try body(.pluginVersion(version)) }
        case .channel(let change):
            try body(.channel(change.channel, isNew: change.before == nil))
        case .notices(let change): try visit(change, body)
        case .user(let change): try body(.user(change.user, isNew: change.before == nil))
        case .grant(let change):
            if let grant = change.grant { try body(.grant(grant, isNew: change.before == nil)) }
            for id in change.removed { try body(.grantRemoved(id)) }
        }
        if let identity { try body(.identity(identity, actor: actor, seq: seq)) }
        if let key { try body(.identity(key, actor: actor, seq: seq)) }
    }

    private func visit<Failure: Error>(
        _ change: ShipmentChange, _ body: (StateChange) throws(Failure) -> Void
    ) throws(Failure) {
        let shipment = change.shipment
        try body(.shipment(shipment, isNew: shipment.key.seq == seq))
        for row in change.stock { try body(.stock(row.after)) }
        for trade in change.trades { try body(.trade(trade.after, isNew: false)) }
        for ship in change.ships { try body(.ship(ship.after, isNew: false)) }
        if let due = arrival { try body(.due(due)) }
    }

    private func visit<Failure: Error>(
        _ change: NoticeChange, _ body: (StateChange) throws(Failure) -> Void
    ) throws(Failure) {
        // Told once, here; its row is another event's.
        if type == .noticeLogged { return }
        for cursor in change.cursors { try body(.cursor(cursor)) }
        for state in change.states { try body(.pluginState(state)) }
        for notice in change.notices { try body(.notice(notice)) }
        for delivery in change.deliveries { try body(.delivery(delivery)) }
        for key in change.removed { try body(.noticeRemoved(key)) }
    }

    /// The end of the reservation that the event makes.
    package var reservationEnd: DueKey? {
        guard case .trade(let change) = data, change.previous == 0,
            change.trade.status == .reserved, let expires = change.trade.expires
        else { return nil }
        return DueKey(time: expires, kind: .reservation, record: change.trade.key)
    }

    /// The ETA that the event sets: a new one, or the first, is a new moment to look at.
    package var arrival: DueKey? {
        guard case .shipment(let change) = data, change.shipment.status.isOpen,
            change.previous == 0 || change.previousETA != nil
        else { return nil }
        return DueKey(time: change.shipment.eta, kind: .eta, record: change.shipment.key)
    }
}
