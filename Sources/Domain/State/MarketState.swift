package import Basics

/// What the ledger keeps in memory: the whole catalog and all stock rows, as the last decided event
/// left them.
///
/// `apply` is the one way in. Between `begin` and `commit` every change can be taken back with
/// `rollback`: that is how a refused command, a refused `MULTI` or a dry run leaves no trace.
/// Threading: the ledger's thread only, except `names`, which any thread may read.
package final class MarketState {
    package let names = Names()
    package var stock = StockTable()
    package private(set) var stations: [Station] = []
    /// Beside the stations, and small: every trade looks at two of these.
    private var closed: [Bool] = []
    package private(set) var items: [Item] = []
    package private(set) var ships: [Ship] = []
    package private(set) var currencies: [CurrencyCode: Currency] = [:]
    package private(set) var rates: [RatePair: ExchangeRate] = [:]
    package private(set) var plugins: [Identifier: Plugin] = [:]
    /// All versions of each plugin, oldest first, without their sources.
    package private(set) var versions: [Identifier: [PluginVersion]] = [:]
    package private(set) var pluginStates: [Identifier: PluginState] = [:]
    package private(set) var cursors: [Identifier: HookCursor] = [:]
    package private(set) var channels: [Identifier: Channel] = [:]
    /// The last sequence that was given out on each channel, by its number.
    package private(set) var lastSequences: [UInt32: UInt64] = [:]
    package private(set) var users: [Identifier: User] = [:]
    package private(set) var grants: [Identifier: Grant] = [:]
    /// The grants of each user, oldest first.
    private var grantLists: [Identifier: [Identifier]] = [:]
    private var journal: [Undo] = []

    /// What may be sold of an item at a station, and the event that last changed it; nil where
    /// either is unknown or nothing was ever stocked.
    package func level(
        station: Span<UInt8>, item: Span<UInt8>
    ) -> (available: Int64, seq: UInt64)? {
        guard let stationNumber = names.stations.number(of: station),
            let itemNumber = names.items.number(of: item),
            let row = stock.row(
                StockKey(
                    station: StationNumber(stationNumber), item: ItemNumber(itemNumber)))
        else { return nil }
        return stock.level(row)
    }

    package struct RatePair: Hashable, Sendable {
        package let base: CurrencyCode
        package let quote: CurrencyCode

        package init(base: CurrencyCode, quote: CurrencyCode) {
            self.base = base
            self.quote = quote
        }
    }

    /// What takes one change back.
    private enum Undo {
        case stock(Stock)
        case newStock
        case station(Station)
        case newStation
        case item(Item)
        case newItem
        case ship(Ship)
        case newShip
        case currency(CurrencyCode)
        case rate(RatePair, ExchangeRate?)
        case plugin(Identifier, Plugin?)
        case newVersion(Identifier)
        case pluginState(Identifier, PluginState?)
        case cursor(Identifier, HookCursor?)
        case channel(Identifier, Channel?)
        case lastSequence(UInt32, UInt64?)
        case user(Identifier, User?)
        case grant(Identifier, Grant?)
    }

    package init() {}

    // MARK: Transactions

    /// How many changes could be taken back now: the mark that `rollback` returns to.
    package var journalMark: Int { journal.count }

    /// Makes all changes so far permanent.
    package func commit() { journal.removeAll(keepingCapacity: true) }

    /// Takes back every change since `mark`, the latest first.
    package func rollback(to mark: Int) {
        while journal.count > mark, let change = journal.popLast() { undo(change) }
    }

    private func undo(_ change: Undo) {
        switch change {
        case .stock(let before): stock.set(before)
        case .newStock: stock.removeLast()
        case .station(let before):
            stations[Int(before.number.raw) - 1] = before
            closed[Int(before.number.raw) - 1] = before.status == .closed
        case .newStation:
            stations.removeLast()
            closed.removeLast()
            names.stations.removeLast()
        case .item(let before): items[Int(before.number.raw) - 1] = before
        case .newItem:
            items.removeLast()
            names.items.removeLast()
        case .ship(let before): ships[Int(before.number.raw) - 1] = before
        case .newShip:
            ships.removeLast()
            names.ships.removeLast()
        case .currency(let code):
            currencies[code] = nil
            names.setScale(nil, of: code)
        case .rate(let pair, let before): rates[pair] = before
        case .plugin(let name, let before): plugins[name] = before
        case .newVersion(let name): versions[name]?.removeLast()
        case .pluginState(let name, let before): pluginStates[name] = before
        case .cursor(let owner, let before): cursors[owner] = before
        case .channel(let id, let before): channels[id] = before
        case .lastSequence(let number, let before): lastSequences[number] = before
        case .user(let name, let before): users[name] = before
        case .grant(let id, let before): replace(id, with: before)
        }
    }

    // MARK: Reading

    package func station(_ number: StationNumber) -> Station? {
        let index = Int(number.raw) - 1
        return stations.indices.contains(index) ? stations[index] : nil
    }

    /// Whether a station neither buys nor sells; nil for an unknown one. No record is copied.
    package func isClosed(_ number: StationNumber) -> Bool? {
        let index = Int(number.raw) - 1
        return closed.indices.contains(index) ? closed[index] : nil
    }

    /// What a trade needs of an item, without copying the record.
    package func terms(_ number: ItemNumber) -> ItemTerms? {
        let index = Int(number.raw) - 1
        return items.indices.contains(index) ? ItemTerms(items[index]) : nil
    }

    package func item(_ number: ItemNumber) -> Item? {
        let index = Int(number.raw) - 1
        return items.indices.contains(index) ? items[index] : nil
    }

    package func ship(_ number: ShipNumber) -> Ship? {
        let index = Int(number.raw) - 1
        return ships.indices.contains(index) ? ships[index] : nil
    }

    package func rate(from base: CurrencyCode, to quote: CurrencyCode) -> ExchangeRate? {
        rates[RatePair(base: base, quote: quote)]
    }

    // MARK: Applying

    /// Takes in what one event leaves behind. Records that are not kept in memory pass by.
    package func apply(_ event: borrowing Event) {
        event.forEachChange { change in
            switch change {
            case .stock(let row): set(row)
            case .station(let station, _): set(station)
            case .item(let item, _): set(item)
            case .ship(let ship, _): set(ship)
            case .currency(let currency): set(currency)
            case .rate(let rate, _): set(rate)
            case .plugin(let plugin, _): set(plugin)
            case .pluginVersion(let version): add(version)
            case .pluginState(let state): set(state)
            case .cursor(let cursor): set(cursor)
            case .channel(let channel, _): set(channel)
            case .notice(let notice): noteSequence(notice.key)
            case .user(let user, _): set(user)
            case .grant(let grant, _): set(grant)
            case .grantRemoved(let id): removeGrant(id)
            case .trade, .shipment, .identity, .due, .delivery, .noticeRemoved: break
            }
        }
    }

    /// Replaces or makes a stock row, and remembers how to take that back. The hash of the row's
    /// stored value is left to whoever stores it.
    package func set(_ row: Stock) {
        if let place = stock.row(row.key) {
            journal.append(.stock(stock[place]))
            stock.replace(place, row)
        } else {
            journal.append(.newStock)
            stock.set(row)
        }
    }

    /// Replaces or makes a station. A new one must have the next number.
    package func set(_ station: Station) {
        let index = Int(station.number.raw) - 1
        if stations.indices.contains(index) {
            journal.append(.station(stations[index]))
            stations[index] = station
            closed[index] = station.status == .closed
        } else if index == stations.count, names.stations.insert(station.id) != nil {
            journal.append(.newStation)
            stations.append(station)
            closed.append(station.status == .closed)
        }
    }

    /// Replaces or makes an item. A new one must have the next number.
    package func set(_ item: Item) {
        let index = Int(item.number.raw) - 1
        if items.indices.contains(index) {
            journal.append(.item(items[index]))
            items[index] = item
        } else if index == items.count, names.items.insert(item.id) != nil {
            journal.append(.newItem)
            items.append(item)
        }
    }

    /// Replaces or makes a ship. A new one must have the next number.
    package func set(_ ship: Ship) {
        let index = Int(ship.number.raw) - 1
        if ships.indices.contains(index) {
            journal.append(.ship(ships[index]))
            ships[index] = ship
        } else if index == ships.count, names.ships.insert(ship.id) != nil {
            journal.append(.newShip)
            ships.append(ship)
        }
    }

    /// Adds a currency; its scale never changes.
    package func set(_ currency: Currency) {
        if currencies[currency.code] == nil { journal.append(.currency(currency.code)) }
        currencies[currency.code] = currency
        names.setScale(currency.scale, of: currency.code)
    }

    package func set(_ rate: ExchangeRate) {
        let pair = RatePair(base: rate.base, quote: rate.quote)
        journal.append(.rate(pair, rates[pair]))
        rates[pair] = rate
    }
}

/// Rules and channels.
extension MarketState {
    package func set(_ plugin: Plugin) {
        journal.append(.plugin(plugin.name, plugins[plugin.name]))
        plugins[plugin.name] = plugin
    }

    /// Adds a version; its source is not kept.
    package func add(_ version: PluginVersion) {
        var kept = version
        kept.source = ""
        journal.append(.newVersion(version.plugin))
        versions[version.plugin, default: []].append(kept)
    }

    package func set(_ state: PluginState) {
        journal.append(.pluginState(state.plugin, pluginStates[state.plugin]))
        pluginStates[state.plugin] = state
    }

    package func set(_ cursor: HookCursor) {
        journal.append(.cursor(cursor.owner, cursors[cursor.owner]))
        cursors[cursor.owner] = cursor
    }

    package func set(_ channel: Channel) {
        journal.append(.channel(channel.id, channels[channel.id]))
        channels[channel.id] = channel
    }

    /// Takes note that a sequence was given out.
    package func noteSequence(_ key: NoticeKey) {
        let before = lastSequences[key.channel]
        if let before, before >= key.sequence { return }
        journal.append(.lastSequence(key.channel, before))
        lastSequences[key.channel] = key.sequence
    }

    /// A version by its digest, without its source.
    package func version(_ plugin: Identifier, _ digest: Digest128) -> PluginVersion? {
        versions[plugin]?.first { $0.tag.digest == digest }
    }

    /// A channel that is there.
    package func channel(_ id: Identifier) -> Channel? {
        channels[id].flatMap { $0.isRemoved ? nil : $0 }
    }

    /// The channel of a number; removed ones too, unless their name has come again.
    ///
    /// - Complexity: O(channels).
    package func channel(number: UInt32) -> Channel? {
        channels.values.first { $0.number == number }
    }

    /// The number that the next new channel gets.
    package var nextChannelNumber: UInt32 {
        (channels.values.lazy.map(\.number).max() ?? 0) &+ 1
    }
}

/// Users and their grants.
extension MarketState {
    package func set(_ user: User) {
        journal.append(.user(user.name, users[user.name]))
        users[user.name] = user
    }

    package func set(_ grant: Grant) {
        journal.append(.grant(grant.id, grants[grant.id]))
        replace(grant.id, with: grant)
    }

    package func removeGrant(_ id: Identifier) {
        guard let grant = grants[id] else { return }
        journal.append(.grant(id, grant))
        replace(id, with: nil)
    }

    /// The grants of a user, oldest first; ended ones too, while they are kept.
    package func grants(of user: Identifier) -> [Grant] {
        (grantLists[user] ?? []).compactMap { grants[$0] }
    }

    /// Whether anybody could log in as an administrator.
    ///
    /// - Parameter other: who does not count.
    /// - Complexity: O(users).
    package func hasAdmin(besides other: Identifier? = nil) -> Bool {
        users.values.contains { $0.role == .admin && !$0.isDisabled && $0.name != other }
    }

    /// Puts a grant in its place, or takes it away, and keeps the lists right. Ids are ULIDs: their
    /// order is that of their making.
    private func replace(_ id: Identifier, with grant: Grant?) {
        if let before = grants[id], before.user != grant?.user {
            grantLists[before.user]?.removeAll { $0 == id }
            if grantLists[before.user]?.isEmpty == true { grantLists[before.user] = nil }
        }
        if let grant, grants[id]?.user != grant.user {
            var list = grantLists[grant.user] ?? []
            list.insert(id, at: list.firstIndex { id < $0 } ?? list.endIndex)
            grantLists[grant.user] = list
        }
        grants[id] = grant
    }
}

/// The few figures of an item that every trade looks at.
package struct ItemTerms: Sendable {
    package let isRetired: Bool
    package let mass: Int64
    package let volume: Int64
    package let price: Int64?
    package let currency: CurrencyCode?

    init(_ item: borrowing Item) {
        isRetired = item.status == .retired
        mass = item.mass
        volume = item.volume
        price = item.price
        currency = item.currency
    }
}
