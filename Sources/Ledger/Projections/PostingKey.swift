import Basics
import Domain

/// What a posting says. The numbers are on disk: never renumber.
enum PostingKind: UInt8, Sendable, CaseIterable {
    /// Not a posting: the family's own state.
    case state = 0
    /// A trade of a station.
    case stationTrade = 1
    /// Cargo of a station that no `stationTrade` with `shipped` stands for.
    case stationCargo = 2
    /// A trade that names an item.
    case itemTrade = 3
    /// A change of a stock row from which its chain can be walked.
    case stockAnchor = 4
    /// A change of a shipment from which its chain can be walked.
    case shipmentAnchor = 5
    /// A day's sums, of all or of one station; see `DayTotals`.
    case day = 6
}

/// The part that a posting's owner plays. The bits are on disk: never renumber.
struct PostingRoles: OptionSet, Sendable {
    let rawValue: UInt8

    /// The seller of a trade, the origin of cargo.
    static let from = PostingRoles(rawValue: 1)
    /// The buyer of a trade, the destination of cargo.
    static let to = PostingRoles(rawValue: 2)
    /// The trade's shipment was made by the very next event.
    static let shipped = PostingRoles(rawValue: 4)
}

/// One row of the family `postings`.
///
///     key   = kind:1 owner:8 seq:8 index:2      big-endian
///     value = roles:1
///     owner   a station's or item's number, station:4 item:4 of a stock row, or the seq of a
///             shipment's key (index: that of its key, which is 0)
///     seq     the event that made the record, or the change that is the anchor
///     state   key = 0:1 "indexed", value = format:varint(1) seq:varint
///
/// One change in 64 is an anchor, chosen by a hash of its seq: from an anchor on, a walk along the
/// chain of changes takes 64 steps on average however often the record changes, and a row that
/// changes rarely costs no posting.
struct PostingEntry: Sendable, Equatable {
    var owner: UInt64
    /// The event that made the posting, always.
    var seq: UInt64
    var index: UInt16
    var kind: PostingKind
    var roles: PostingRoles

    static let keyCount = 19

    /// Whether the change made by event `seq` is an anchor.
    @inline(__always)
    static func isAnchor(_ seq: UInt64) -> Bool { FastHash.mix(seq) & 63 == 0 }

    func appendKey(to buffer: inout ByteBuffer) {
        buffer.append(kind.rawValue)
        buffer.append(bigEndian: owner)
        buffer.append(bigEndian: seq)
        buffer.append(bigEndian: index)
    }

    static func key(
        _ kind: PostingKind, owner: UInt64, seq: UInt64, index: UInt16 = 0
    ) -> [UInt8] {
        var buffer = ByteBuffer(capacity: keyCount)
        PostingEntry(owner: owner, seq: seq, index: index, kind: kind, roles: [])
            .appendKey(to: &buffer)
        return buffer.array
    }

    /// The posting that a row stands for.
    static func decode(
        key: Span<UInt8>, value: Span<UInt8>
    ) throws(DecodingError) -> PostingEntry {
        if key.count != keyCount || value.count != 1 {
            throw .malformed("a posting has \(key.count) and \(value.count) bytes")
        }
        var reader = ByteReader(key)
        let number = try reader.byte()
        guard let kind = PostingKind(rawValue: number) else {
            throw .malformed("unknown kind of posting: \(number)")
        }
        let owner: UInt64 = try reader.bigEndian()
        let seq: UInt64 = try reader.bigEndian()
        let index: UInt16 = try reader.bigEndian()
        return PostingEntry(
            owner: owner, seq: seq, index: index, kind: kind,
            roles: PostingRoles(rawValue: value[0]))
    }

    /// The order of the stored keys.
    static func inKeyOrder(_ left: PostingEntry, _ right: PostingEntry) -> Bool {
        if left.kind != right.kind { return left.kind.rawValue < right.kind.rawValue }
        if left.owner != right.owner { return left.owner < right.owner }
        if left.seq != right.seq { return left.seq < right.seq }
        return left.index < right.index
    }

    /// The key of the seq up to which the family speaks for the log.
    static let indexedKey: [UInt8] = [0] + Array("indexed".utf8)

    static func encodeIndexed(_ seq: UInt64) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 16)
        buffer.append(varint: 1)
        buffer.append(varint: seq)
        return buffer.array
    }

    static func decodeIndexed(_ bytes: Span<UInt8>) throws(DecodingError) -> UInt64 {
        var reader = ByteReader(bytes)
        let format = try reader.varint()
        if format != 1 { throw .newerSchema(format) }
        let seq = try reader.varint()
        if !reader.isAtEnd { throw .malformed("bytes behind the indexed seq") }
        return seq
    }
}

extension PostingEntry {
    /// Visits what an event adds to the postings: a pure function of the event.
    static func forEach(in event: borrowing Event, _ body: (PostingEntry) -> Void) {
        let seq = event.seq
        switch event.data {
        case .trade(let change):
            if change.trade.key.seq == seq { visit(newTrade: change.trade, body) }
            anchors(change.stock, seq, body)
        case .shipment(let change):
            let shipment = change.shipment
            if shipment.key.seq == seq && !isCovered(shipment) {
                let index = shipment.key.index
                body(
                    PostingEntry(
                        owner: UInt64(shipment.origin.raw), seq: seq, index: index,
                        kind: .stationCargo, roles: .from))
                body(
                    PostingEntry(
                        owner: UInt64(shipment.destination.raw), seq: seq, index: index,
                        kind: .stationCargo, roles: .to))
            }
            anchor(shipment, seq, body)
            anchors(change.stock, seq, body)
        case .inventory(let change): anchors(CollectionOfOne(change.stock), seq, body)
        case .ship(_, _, let aboard, _):
            for change in aboard { anchor(change.after, seq, body) }
        case .station, .item, .currency, .rate, .system, .plugin, .channel, .notices, .user,
            .grant:
            break
        }
    }

    /// Whether the postings of the shipment's trade stand for it too.
    static func isCovered(_ shipment: Shipment) -> Bool {
        guard let trade = shipment.trade, shipment.key.index == 0, trade.index == 0 else {
            return false
        }
        return trade.seq &+ 1 == shipment.key.seq
    }

    /// The cargo of a posting of a trade with `shipped`.
    static func coveredShipment(ofTradeAt seq: UInt64) -> RecordKey { RecordKey(seq: seq &+ 1) }

    private static func visit(newTrade trade: Trade, _ body: (PostingEntry) -> Void) {
        let key = trade.key
        let isShipped =
            key.index == 0
            && trade.shipments.contains { $0.key == coveredShipment(ofTradeAt: key.seq) }
        let extra: PostingRoles = isShipped ? .shipped : []
        body(
            PostingEntry(
                owner: UInt64(trade.seller.raw), seq: key.seq, index: key.index,
                kind: .stationTrade, roles: extra.union(.from)))
        body(
            PostingEntry(
                owner: UInt64(trade.buyer.raw), seq: key.seq, index: key.index,
                kind: .stationTrade, roles: extra.union(.to)))
        for index in trade.lines.indices {
            let item = trade.lines[index].item
            // An item on several lines is one posting.
            if index > 0, trade.lines[..<index].contains(where: { $0.item == item }) { continue }
            body(
                PostingEntry(
                    owner: UInt64(item.raw), seq: key.seq, index: key.index, kind: .itemTrade,
                    roles: []))
        }
    }

    private static func anchor(
        _ shipment: Shipment, _ seq: UInt64, _ body: (PostingEntry) -> Void
    ) {
        if !isAnchor(seq) { return }
        body(
            PostingEntry(
                owner: shipment.key.seq, seq: seq, index: shipment.key.index,
                kind: .shipmentAnchor, roles: []))
    }

    private static func anchors(
        _ rows: some Collection<StockChange>, _ seq: UInt64, _ body: (PostingEntry) -> Void
    ) {
        if !isAnchor(seq) { return }
        for row in rows {
            body(
                PostingEntry(
                    owner: row.after.key.packed, seq: seq, index: 0, kind: .stockAnchor,
                    roles: []))
        }
    }
}
