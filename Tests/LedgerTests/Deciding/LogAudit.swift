import Basics
import Domain
import RocksDB
import Storage
import Testing

@testable import Ledger

/// Proves a store from its log alone: chains, figures, invariants and conservation after every
/// transaction, the records at the end, and the digest.
final class LogAudit {
    private let store: Store
    private let view: ReadView
    private var location = #_sourceLocation
    private var stock: [StockKey: Stock] = [:]
    private var trades: [RecordKey: Trade] = [:]
    private var shipments: [RecordKey: Shipment] = [:]
    /// What reservations and goods under way make of each row.
    private var reserved: [StockKey: Int64] = [:]
    private var incoming: [StockKey: Int64] = [:]
    /// Per item: on hand + under way, and supplied − consumed ± adjusted − lost.
    private var present: [ItemNumber: Int64] = [:]
    private var entered: [ItemNumber: Int64] = [:]
    private var touched: Set<StockKey> = []

    init(_ store: Store) {
        self.store = store
        view = store.latestView()
    }

    func run(_ location: SourceLocation) throws {
        self.location = location
        var next: UInt64 = 1
        var left: UInt32 = 0
        var first: UInt64 = 0
        var time = Timestamp(milliseconds: 0)
        try view.forEachEvent(in: 1...store.writeSet.head.seq) { (event) throws(StorageError) in
            expect(event.seq == next, "event \(event.seq) follows \(next - 1)")
            next = event.seq + 1
            if left == 0 { (left, first) = (event.count, event.seq) }
            expect(event.first == first, "\(event.seq): first is \(event.first), not \(first)")
            left -= 1
            expect(event.time >= time, "\(event.seq): time goes back")
            time = event.time
            visit(event)
            if left == 0 { settle(event) }
        }
        expect(next == store.writeSet.head.seq + 1 && left == 0, "the log ends early")
        try compareRecords()
        try compareDigest()
    }

    private func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { Issue.record("audit: \(message())", sourceLocation: location) }
    }

    // MARK: One event

    private func visit(_ event: Event) {
        switch event.data {
        case .trade(let change):
            replace(change.trade, previous: change.previous, event)
            for row in change.stock { replace(row, event) }
        case .shipment(let change):
            replace(change.shipment, previous: change.previous, event)
            for row in change.stock { replace(row, event) }
            for trade in change.trades { replace(trade.after, previous: trade.previous, event) }
        case .inventory(let change): replace(change.stock, event)
        case .ship(_, _, let aboard, _):
            for change in aboard { replace(change.after, previous: change.previous, event) }
        case .station, .item, .currency, .rate, .system, .plugin, .channel, .notices, .user,
            .grant:
            break
        }
    }

    private func replace(_ change: StockChange, _ event: Event) {
        let row = change.after
        let before = stock[row.key] ?? Stock(station: row.station, item: row.item)
        expect(change.previous == before.seq, "\(event.seq): previous of a row")
        expect(row.seq == event.seq, "\(event.seq): seq of a row")
        expect(row.onHand == before.onHand + change.delta, "\(event.seq): delta of a row")
        expect((change.delta == 0) == (change.counterpart == nil), "\(event.seq): counterpart")
        present[row.item, default: 0] += change.delta
        if change.counterpart != .transit { entered[row.item, default: 0] += change.delta }
        stock[row.key] = row
        touched.insert(row.key)
    }

    private func replace(_ trade: Trade, previous: UInt64, _ event: Event) {
        let before = trades[trade.key]
        expect(previous == before?.seq ?? 0, "\(event.seq): previous of trade \(trade.id)")
        expect(trade.seq == event.seq, "\(event.seq): seq of trade \(trade.id)")
        if let before {
            let isLegal =
                switch (before.status, trade.status) {
                case (.reserved, .initiated), (.reserved, .cancelled), (.reserved, .expired),
                    (.initiated, .completed), (.initiated, .cancelled):
                    true
                default: before.status == trade.status
                }
            expect(
                isLegal, "\(event.seq): \(trade.id) from \(before.status) to \(trade.status)")
            count(reservation: before, by: -1)
        } else {
            expect(trade.status == .reserved || trade.status == .initiated, "a first status")
        }
        trades[trade.key] = trade
        count(reservation: trade, by: 1)
    }

    private func count(reservation trade: Trade, by sign: Int64) {
        if trade.status != .reserved { return }
        for line in trade.lines {
            add(&reserved, trade.seller, line.item, sign * line.quantity)
            add(&incoming, trade.buyer, line.item, sign * line.quantity)
        }
    }

    private func replace(_ shipment: Shipment, previous: UInt64, _ event: Event) {
        let before = shipments[shipment.key]
        expect(previous == before?.seq ?? 0, "\(event.seq): previous of \(shipment.id)")
        expect(shipment.seq == event.seq, "\(event.seq): seq of shipment \(shipment.id)")
        expect(before?.promised ?? shipment.eta == shipment.promised, "promised changed")
        expect(shipment.status.isOpen || !shipment.delayed, "\(event.seq): delayed at the end")
        if let before {
            expect(before.status.isOpen, "\(event.seq): \(shipment.id) had ended")
            count(cargo: before, by: -1)
            for (old, new) in zip(before.lines, shipment.lines) {
                expect(new.open >= 0 && new.delivered >= old.delivered, "a line")
                entered[new.item, default: 0] -= new.lost - old.lost
            }
        }
        shipments[shipment.key] = shipment
        count(cargo: shipment, by: 1)
    }

    private func count(cargo shipment: Shipment, by sign: Int64) {
        if !shipment.status.isOpen { return }
        for line in shipment.lines {
            add(&incoming, shipment.destination, line.item, sign * line.open)
            present[line.item, default: 0] += sign * line.open
        }
    }

    private func add(
        _ sums: inout [StockKey: Int64], _ station: StationNumber, _ item: ItemNumber,
        _ quantity: Int64
    ) {
        let key = StockKey(station: station, item: item)
        sums[key, default: 0] += quantity
        touched.insert(key)
    }

    // MARK: After a transaction

    private func settle(_ event: Event) {
        for key in touched {
            let row = stock[key] ?? Stock(station: key.station, item: key.item)
            let name =
                "\(event.seq): \(view.names.station(key.station))/\(view.names.item(key.item))"
            expect(row.onHand >= 0 && row.held >= 0 && row.incoming >= 0, "\(name) below 0")
            expect(row.available >= 0, "\(name) available \(row.available)")
            expect(row.reserved == reserved[key] ?? 0, "\(name) reserved \(row.reserved)")
            expect(row.incoming == incoming[key] ?? 0, "\(name) incoming \(row.incoming)")
            expect(
                present[key.item] ?? 0 == entered[key.item] ?? 0,
                "\(name) is not conserved: \(present[key.item] ?? 0), \(entered[key.item] ?? 0)")
        }
        touched.removeAll()
    }

    // MARK: At the end

    private func compareRecords() throws {
        expect(store.state.stock.count == stock.count, "the number of rows")
        for (key, row) in stock {
            expect(store.state.stock.stock(key) == row, "a row in memory")
            try expect(view.stock(key) == row, "a row on disk")
        }
        for (key, trade) in trades {
            try expect(view.trade(key) == trade, "trade \(trade.id)")
            compareFulfilment(trade)
        }
        for (key, shipment) in shipments {
            try expect(view.shipment(key) == shipment, "shipment \(shipment.id)")
        }
        for ship in store.state.ships {
            let aboard = shipments.values.filter { $0.ship == ship.number && $0.status.isOpen }
            expect(Set(ship.aboard) == Set(aboard.map(\.key)), "aboard \(ship.id)")
            expect(ship.loadMass == aboard.reduce(0) { $0 + $1.mass }, "mass of \(ship.id)")
            expect(ship.loadVolume == aboard.reduce(0) { $0 + $1.volume }, "volume of \(ship.id)")
            try expect(view.ship(ship.id) == ship, "ship \(ship.id)")
        }
        for station in store.state.stations {
            try expect(view.station(station.id) == station, "station \(station.id)")
        }
        for item in store.state.items { try expect(view.item(item.id) == item, "item \(item.id)") }
    }

    private func compareFulfilment(_ trade: Trade) {
        guard let reference = trade.shipments.first else { return }
        guard let shipment = shipments[reference.key], shipment.id == reference.id else {
            expect(false, "trade \(trade.id) has no shipment")
            return
        }
        expect(shipment.trade == trade.key && shipment.tradeID == trade.id, "a shipment's trade")
        expect(trade.fulfilment == ShipmentDecision.fulfilment(of: shipment), "fulfilment")
        expect(shipment.status.isOpen == (trade.status == .initiated), "an ended shipment")
    }

    private func compareDigest() throws {
        var sum = Digest128()
        for keyspace in Keyspace.allCases where keyspace.isInDigest {
            var rows = try store.database.fullScan(keyspace.family)
            try rows.seekToFirst()
            while rows.isValid {
                sum += StateDigest.hash(keyspace, key: rows.key, value: rows.value)
                try rows.next()
            }
        }
        expect(sum == store.writeSet.head.digest, "the digest is not that of the records")
    }
}
