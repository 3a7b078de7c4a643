import Basics
import Domain

/// Whose sums of which day: 0 for all, else a station's number.
struct DayKey: Hashable, Sendable {
    let scope: UInt32
    /// Days since 1970 UTC.
    let day: Int32

    /// The key of the family `postings`: the day, moved above zero, in the place of the seq.
    var stored: [UInt8] {
        PostingEntry.key(.day, owner: UInt64(scope), seq: Self.biased(day))
    }

    /// Days before 1970 sort before the others.
    static func biased(_ day: Int32) -> UInt64 { UInt64(Int64(day) + (1 << 31)) }

    static func day(biased: UInt64) -> Int32 {
        Int32(clamping: Int64(clamping: biased) - (1 << 31))
    }
}

/// What one event adds to the sums of a day: the day on which the trade happened or the shipment
/// was made, so that the sums tell what became of the trades of a day.
struct DayDelta: Sendable, Equatable {
    /// The numbers are not on disk.
    enum What: UInt8, Sendable {
        case created, completed, cancelled, expired
        case cargoCreated, cargoDelayed, cargoPunctual, cargoEnded
    }

    var seq: UInt64
    var day: Int32
    /// The seller or the origin.
    var from: UInt32
    /// The buyer or the destination.
    var to: UInt32
    var what: What
    var status: ShipmentStatus
    /// Whether a shipment that ends came by its promised ETA.
    var isOnTime = false
    /// Whether the event ends a delay.
    var endsDelay = false
    var currency: CurrencyCode?
    /// The trade's total in minor units, or the shipment's mass in grams.
    var amount: Int64
    /// Cubic decimetres.
    var volume: Int64

    /// Visits the sums that the event adds to: those of all and those of both stations.
    func forEachScope(_ body: (DayKey) -> Void) {
        body(DayKey(scope: 0, day: day))
        body(DayKey(scope: from, day: day))
        if to != from { body(DayKey(scope: to, day: day)) }
    }

    static func forEach(in event: borrowing Event, _ body: (DayDelta) -> Void) {
        switch event.data {
        case .trade(let change): visit(change.trade, event.type, event.seq, body)
        case .shipment(let change): visit(change, event.type, event.seq, event.time, body)
        default: break
        }
    }

    private static func visit(
        _ trade: Trade, _ type: EventType, _ seq: UInt64, _ body: (DayDelta) -> Void
    ) {
        let what: What
        switch type {
        case .tradeReserved, .tradeInitiated: what = .created
        case .tradeCompleted: what = .completed
        case .tradeCancelled: what = .cancelled
        case .tradeExpired: what = .expired
        default: return
        }
        body(
            DayDelta(
                seq: seq, day: (trade.occurred ?? trade.created).utcDay, from: trade.seller.raw,
                to: trade.buyer.raw, what: what, status: .pending, currency: trade.currency,
                amount: trade.total, volume: 0))
    }

    private static func visit(
        _ change: ShipmentChange, _ type: EventType, _ seq: UInt64, _ time: Timestamp,
        _ body: (DayDelta) -> Void
    ) {
        let shipment = change.shipment
        let what: What
        // A passed ETA is told by an event of its own before anything else touches the shipment.
        let wasDelayed = (change.previousETA ?? shipment.eta) <= time
        switch type {
        case .shipmentCreated: what = .cargoCreated
        case .shipmentDelayed: what = .cargoDelayed
        case .shipmentRescheduled where wasDelayed && !shipment.delayed: what = .cargoPunctual
        case .shipmentDelivered, .shipmentCancelled, .shipmentLost, .shipmentReturned:
            what = .cargoEnded
        default: return
        }
        body(
            DayDelta(
                seq: seq, day: shipment.created.utcDay, from: shipment.origin.raw,
                to: shipment.destination.raw, what: what, status: shipment.status,
                isOnTime: (shipment.delivered ?? time) <= shipment.promised,
                endsDelay: wasDelayed, amount: shipment.mass, volume: shipment.volume))
    }
}

/// The sums of one day, or of several: all additive.
///
///     value = format:varint(1) count:varint { zigzag }*count mass:16 volume:16
///             currencies:varint { code:8 sold:16 bought:16 }*currencies
///     the counters in the order of `Counter`, the 16 bytes big-endian two's complement
struct DayTotals: Equatable, Sendable {
    /// The numbers are on disk: never renumber, only add.
    enum Counter: Int, CaseIterable, Sendable {
        case created, completed, cancelled, expired
        case cargoCreated, cargoDelayed, cargoDelivered, cargoLost, cargoReturned, cargoCancelled
        case cargoOnTime
    }

    struct Value: Equatable, Sendable {
        var sold: Int128 = 0
        var bought: Int128 = 0
    }

    private var counters = [Int64](repeating: 0, count: Counter.allCases.count)
    private(set) var mass: Int128 = 0
    private(set) var volume: Int128 = 0
    private(set) var values: [CurrencyCode: Value] = [:]

    subscript(counter: Counter) -> Int64 { counters[counter.rawValue] }

    private mutating func count(_ counter: Counter, _ number: Int64 = 1) {
        // Counters of events, and seqs are 64 bits wide: they cannot overflow.
        counters[counter.rawValue] &+= number
    }

    mutating func add(_ other: DayTotals) {
        for counter in Counter.allCases { count(counter, other[counter]) }
        mass &+= other.mass
        volume &+= other.volume
        for (currency, value) in other.values {
            values[currency, default: Value()].sold &+= value.sold
            values[currency, default: Value()].bought &+= value.bought
        }
    }

    /// - Parameter scope: whose sums these are; a station sells what it is the seller of.
    mutating func add(_ delta: DayDelta, scope: UInt32) {
        switch delta.what {
        case .created:
            count(.created)
            addValue(delta, scope: scope, sign: 1)
        case .completed: count(.completed)
        case .cancelled:
            count(.cancelled)
            addValue(delta, scope: scope, sign: -1)
        case .expired:
            count(.expired)
            addValue(delta, scope: scope, sign: -1)
        case .cargoCreated:
            count(.cargoCreated)
            mass &+= Int128(delta.amount)
            volume &+= Int128(delta.volume)
        case .cargoDelayed: count(.cargoDelayed)
        case .cargoPunctual: count(.cargoDelayed, -1)
        case .cargoEnded: end(delta)
        }
    }

    private mutating func end(_ delta: DayDelta) {
        if delta.endsDelay { count(.cargoDelayed, -1) }
        switch delta.status {
        case .delivered:
            count(.cargoDelivered)
            if delta.isOnTime { count(.cargoOnTime) }
        case .lost: count(.cargoLost)
        case .returned: count(.cargoReturned)
        case .cancelled:
            count(.cargoCancelled)
            mass &-= Int128(delta.amount)
            volume &-= Int128(delta.volume)
        case .pending, .inTransit, .held: break
        }
    }

    private mutating func addValue(_ delta: DayDelta, scope: UInt32, sign: Int128) {
        guard let currency = delta.currency else { return }
        var value = values[currency] ?? Value()
        // Sums of 64-bit amounts, fewer than 2⁶³ of them: 128 bits hold them.
        if scope == 0 || scope == delta.from { value.sold &+= sign &* Int128(delta.amount) }
        if scope == 0 || scope == delta.to { value.bought &+= sign &* Int128(delta.amount) }
        values[currency] = value
    }

    func encode(into buffer: inout ByteBuffer) {
        buffer.append(varint: 1)
        buffer.append(varint: UInt64(counters.count))
        for counter in counters { buffer.append(zigzag: counter) }
        buffer.append(bigEndian: mass)
        buffer.append(bigEndian: volume)
        buffer.append(varint: UInt64(values.count))
        for (currency, value) in values.sorted(by: { $0.key < $1.key }) {
            buffer.append(bigEndian: currency.raw)
            buffer.append(bigEndian: value.sold)
            buffer.append(bigEndian: value.bought)
        }
    }

    static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> DayTotals {
        var reader = ByteReader(bytes)
        let format = try reader.varint()
        if format != 1 { throw .newerSchema(format) }
        var totals = DayTotals()
        let count = try reader.varint()
        if count > UInt64(totals.counters.count) { throw .malformed("\(count) counters of a day") }
        for index in 0..<Int(count) { totals.counters[index] = try reader.zigzag() }
        totals.mass = Int128(truncatingIfNeeded: try reader.bigEndian(UInt128.self))
        totals.volume = Int128(truncatingIfNeeded: try reader.bigEndian(UInt128.self))
        let currencies = try reader.varint()
        for _ in 0..<currencies {
            guard let code = CurrencyCode(raw: try reader.bigEndian()) else {
                throw .malformed("a day's sums name no currency")
            }
            totals.values[code] = Value(
                sold: Int128(truncatingIfNeeded: try reader.bigEndian(UInt128.self)),
                bought: Int128(truncatingIfNeeded: try reader.bigEndian(UInt128.self)))
        }
        if !reader.isAtEnd { throw .malformed("bytes behind the sums of a day") }
        return totals
    }
}
