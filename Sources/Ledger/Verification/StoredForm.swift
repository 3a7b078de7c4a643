import Basics
import Domain
import Storage

/// Where and how one record that an event leaves behind must be stored.
///
/// Written apart from the store's own way of putting records, so that verification does not repeat
/// its mistakes. Threading: none of its own.
struct StoredForm: ~Copyable {
    private(set) var value = ByteBuffer(capacity: 4_096)
    let identitySeed: UInt64

    init(identitySeed: UInt64) { self.identitySeed = identitySeed }

    /// Encodes the record into `value`.
    ///
    /// - Parameter time: the event's.
    /// - Returns: the family and the key.
    mutating func encode(
        _ change: StateChange, time: Timestamp
    ) -> (keyspace: Keyspace, key: StoreKey) {
        value.removeAll()
        switch change {
        case .trade(let trade, _):
            TradeCodec.encode(trade, into: &value)
            return (.trades, .record(trade.key))
        case .shipment(let shipment, _):
            ShipmentCodec.encode(shipment, into: &value)
            return (.cargo, .record(shipment.key))
        case .stock(let stock):
            StockCodec.encode(stock, into: &value)
            return (.inventory, .stock(stock.key))
        case .station(let station, _):
            StationCodec.encode(station, into: &value)
            return (.catalog, .catalog(.station, station.id))
        case .item(let item, _):
            ItemCodec.encode(item, into: &value)
            return (.catalog, .catalog(.item, item.id))
        case .ship(let ship, _):
            ShipCodec.encode(ship, into: &value)
            return (.catalog, .catalog(.ship, ship.id))
        case .currency(let currency):
            CurrencyCodec.encode(currency, into: &value)
            return (.catalog, .currency(currency.code))
        case .rate(let rate, _):
            RateCodec.encode(rate, into: &value)
            return (.catalog, .rate(base: rate.base, quote: rate.quote))
        case .identity(let identity, let actor, let seq):
            StoredIdentity(
                kind: identity.kind, seq: seq, requestHash: identity.requestHash, time: time
            ).encode(into: &value)
            let key = StoreKey.identity(
                identity.kind, name: identity.name, actor: actor, seed: identitySeed)
            return (.ids, key)
        case .due(let due): return (.due, .due(due))
        default: return encodeFeature(change)
        }
    }

    /// The records of rules, channels and accounts. A removal has the key of the notice's
    /// first row, or of the grant.
    private mutating func encodeFeature(
        _ change: StateChange
    ) -> (keyspace: Keyspace, key: StoreKey) {
        switch change {
        case .plugin(let plugin, _):
            PluginCodec.encode(plugin, into: &value)
            return (.catalog, .catalog(.plugin, plugin.name))
        case .pluginVersion(let version):
            PluginVersionCodec.encode(version, into: &value)
            return (.catalog, .pluginVersion(version.tag.digest))
        case .pluginState(let state):
            PluginStateCodec.encode(state, into: &value)
            return (.catalog, .catalog(.pluginState, state.plugin))
        case .cursor(let cursor):
            HookCursorCodec.encode(cursor, into: &value)
            return (.catalog, .catalog(.cursor, cursor.owner))
        case .channel(let channel, _):
            ChannelCodec.encode(channel, into: &value)
            return (.catalog, .catalog(.channel, channel.id))
        case .notice(let notice):
            NoticeCodec.encode(notice, into: &value)
            return (.outbox, .outbox(notice.key, .notice))
        case .delivery(let delivery):
            DeliveryCodec.encode(delivery, into: &value)
            return (.outbox, .outbox(delivery.key, .delivery))
        case .noticeRemoved(let key): return (.outbox, .outbox(key, .notice))
        case .user(let user, _):
            UserCodec.encode(user, into: &value)
            return (.catalog, .catalog(.user, user.name))
        case .grant(let grant, _):
            GrantCodec.encode(grant, into: &value)
            return (.catalog, .catalog(.grant, grant.id))
        case .grantRemoved(let id): return (.catalog, .catalog(.grant, id))
        case .trade, .shipment, .stock, .station, .item, .ship, .currency, .rate, .identity, .due:
            return encode(change, time: Timestamp(milliseconds: 0))
        }
    }

    /// What a record is called in reports.
    static func name(of change: StateChange, _ names: Names) -> String {
        switch change {
        case .trade(let trade, _): "trade/\(trade.id)"
        case .shipment(let shipment, _): "shipment/\(shipment.id)"
        case .stock(let stock): name(of: stock.key, names)
        case .station(let station, _): "station/\(station.id)"
        case .item(let item, _): "item/\(item.id)"
        case .ship(let ship, _): "ship/\(ship.id)"
        case .currency(let currency): "currency/\(currency.code)"
        case .rate(let rate, _): "rate/\(rate.base)/\(rate.quote)"
        case .identity(let identity, let actor, _):
            identity.kind == .key ? "key/\(actor)/\(identity.name)" : "id/\(identity.name)"
        case .due(let due): "due/\(due.time)/\(due.record.seq)"
        case .plugin(let plugin, _): "plugin/\(plugin.name)"
        case .pluginVersion(let version): "plugin/\(version.plugin)/\(version.tag.label)"
        case .pluginState(let state): "plugin/\(state.plugin)/state"
        case .cursor(let cursor): "cursor/\(cursor.owner)"
        case .channel(let channel, _): "channel/\(channel.id)"
        case .notice(let notice): name(of: notice.key, .notice)
        case .delivery(let delivery): name(of: delivery.key, .delivery)
        case .noticeRemoved(let key): name(of: key, .notice)
        case .user(let user, _): "user/\(user.name)"
        case .grant(let grant, _): "token/\(grant.id)"
        case .grantRemoved(let id): "token/\(id)"
        }
    }

    static func name(of key: NoticeKey, _ part: StoreKey.OutboxPart) -> String {
        "\(part == .notice ? "notice" : "delivery")/\(key.channel)/\(key.sequence)"
    }

    static func name(of key: StockKey, _ names: Names) -> String {
        "stock/\(names.station(key.station))/\(names.item(key.item))"
    }
}

extension StateChange {
    /// Whether it takes rows away.
    var isRemoval: Bool {
        switch self {
        case .noticeRemoved, .grantRemoved: true
        default: false
        }
    }
}
