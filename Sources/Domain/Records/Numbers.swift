/// The 32-bit number that a station gets in the event that makes it. Never reused, never zero.
package struct StationNumber: Hashable, Comparable, Sendable {
    package let raw: UInt32
    @inlinable package init(_ raw: UInt32) { self.raw = raw }
    @inlinable package static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

/// The 32-bit number that an item gets in the event that makes it. Never reused, never zero.
package struct ItemNumber: Hashable, Comparable, Sendable {
    package let raw: UInt32
    @inlinable package init(_ raw: UInt32) { self.raw = raw }
    @inlinable package static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

/// The 32-bit number that a ship gets in the event that makes it. Never reused, never zero.
package struct ShipNumber: Hashable, Comparable, Sendable {
    package let raw: UInt32
    @inlinable package init(_ raw: UInt32) { self.raw = raw }
    @inlinable package static func < (left: Self, right: Self) -> Bool { left.raw < right.raw }
}

/// Where a trade or shipment is stored: the seq of the event that made it, and its place among
/// several records made by one event. Order of keys is order of creation.
package struct RecordKey: Hashable, Comparable, Sendable {
    package let seq: UInt64
    package let index: UInt16

    @inlinable package init(seq: UInt64, index: UInt16 = 0) {
        self.seq = seq
        self.index = index
    }

    @inlinable package static func < (left: Self, right: Self) -> Bool {
        left.seq != right.seq ? left.seq < right.seq : left.index < right.index
    }

    /// The id that the server chooses for the record: time-ordered, and its tail is this key, so
    /// that the record is found without an index row.
    package func serverChosenIdentifier(created: Timestamp) -> Identifier {
        ULID(milliseconds: created.milliseconds, n: index, seq: seq).identifier
    }
}

/// A stock row's owner: one item at one station.
package struct StockKey: Hashable, Sendable {
    package let station: StationNumber
    package let item: ItemNumber

    @inlinable package init(station: StationNumber, item: ItemNumber) {
        self.station = station
        self.item = item
    }

    /// Both numbers in one, station first: the order of the stored key.
    @inlinable package var packed: UInt64 { UInt64(station.raw) << 32 | UInt64(item.raw) }
}
