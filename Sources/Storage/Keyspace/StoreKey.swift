package import Basics
package import Domain

/// A key of the store, built in place without touching the heap.
///
/// Grammar (all numbers big-endian, so that byte order is number order):
///
///     trades, cargo   seq:8 index:2
///     inventory       station:4 item:4
///     events          seq:8
///     ids             hash128(kind ‖ [actor] ‖ name):16
///     due             time:8 kind:1 seq:8 index:2
///     catalog         kind:1 id            (rates: kind:1 base:8 quote:8;
///                                           plugin versions: kind:1 digest:16)
///     outbox          channel:4 sequence:8 part:1      part 0 the notice, 1 its delivery
package struct StoreKey: Sendable {
    // The longest fixed key is `due`'s 19 bytes; a catalog key is 1 + 64.
    @usableFromInline var storage = InlineArray<72, UInt8>(repeating: 0)
    @usableFromInline package private(set) var count = 0

    @inlinable package init() {}

    @inlinable package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(0..<count) }
    }

    @inlinable mutating func append(_ byte: UInt8) {
        storage[count] = byte
        count += 1
    }

    @inlinable mutating func append(bigEndian value: UInt64) {
        var shift: UInt64 = 56
        for offset in 0..<8 {
            storage[count + offset] = UInt8(truncatingIfNeeded: value >> shift)
            shift = shift &- 8
        }
        count += 8
    }

    @inlinable mutating func append(bigEndian value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 24))
        append(UInt8(truncatingIfNeeded: value >> 16))
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    @inlinable mutating func append(bigEndian value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    // MARK: One function per grammar rule

    /// `trades`, `cargo`
    @inlinable package static func record(_ key: RecordKey) -> StoreKey {
        var result = StoreKey()
        result.append(bigEndian: key.seq)
        result.append(bigEndian: key.index)
        return result
    }

    /// `inventory`
    @inlinable package static func stock(_ key: StockKey) -> StoreKey {
        var result = StoreKey()
        result.append(bigEndian: key.packed)
        return result
    }

    /// `events`
    @inlinable package static func event(_ seq: UInt64) -> StoreKey {
        var result = StoreKey()
        result.append(bigEndian: seq)
        return result
    }

    /// `ids`. `seed` is the store's own random number, so that nobody can choose names whose
    /// hashes meet.
    package static func identity(
        _ kind: RequestIdentity.Kind, name: Identifier, actor: Identifier, seed: UInt64
    ) -> StoreKey {
        var buffer = ByteBuffer(capacity: 160)
        buffer.append(kind.rawValue)
        if kind == .key {
            buffer.append(actor)
            buffer.append(0)
        }
        buffer.append(name)
        let hash = FastHash.hash128(buffer.bytes, seed: seed)
        var result = StoreKey()
        result.append(bigEndian: hash.high)
        result.append(bigEndian: hash.low)
        return result
    }

    /// `due`
    package static func due(_ due: DueKey) -> StoreKey {
        var result = StoreKey()
        // Times before 1970 never come up here: a clock is clamped to 0 when it is read.
        result.append(bigEndian: UInt64(bitPattern: max(due.time.milliseconds, 0)))
        result.append(due.kind.rawValue)
        result.append(bigEndian: due.record.seq)
        result.append(bigEndian: due.record.index)
        return result
    }

    /// The kinds of `catalog`. The numbers are on disk: never renumber.
    package enum CatalogKind: UInt8, Sendable, CaseIterable {
        case station = 1
        case item = 2
        case ship = 3
        case currency = 4
        case rate = 5
        case plugin = 6
        case pluginVersion = 7
        case pluginState = 8
        case cursor = 9
        case channel = 10
        case user = 11
        case grant = 12
    }

    /// `catalog`: stations, items and ships by id.
    package static func catalog(_ kind: CatalogKind, _ id: Identifier) -> StoreKey {
        var buffer = ByteBuffer(capacity: 64)
        buffer.append(id)
        return catalog(kind, bytes: buffer.bytes)
    }

    /// `catalog`: any bytes behind the kind, at most 64 of them (more are cut off).
    package static func catalog(_ kind: CatalogKind, bytes: Span<UInt8>) -> StoreKey {
        var result = StoreKey()
        result.append(kind.rawValue)
        for index in 0..<min(bytes.count, 64) { result.append(bytes[index]) }
        return result
    }

    /// `catalog`: a currency.
    package static func currency(_ code: CurrencyCode) -> StoreKey {
        var result = StoreKey()
        result.append(CatalogKind.currency.rawValue)
        result.append(bigEndian: code.raw)
        return result
    }

    /// `catalog`: a rate.
    package static func rate(base: CurrencyCode, quote: CurrencyCode) -> StoreKey {
        var result = StoreKey()
        result.append(CatalogKind.rate.rawValue)
        result.append(bigEndian: base.raw)
        result.append(bigEndian: quote.raw)
        return result
    }

    /// `catalog`: a version of a plugin.
    package static func pluginVersion(_ digest: Digest128) -> StoreKey {
        var result = StoreKey()
        result.append(CatalogKind.pluginVersion.rawValue)
        result.append(bigEndian: digest.high)
        result.append(bigEndian: digest.low)
        return result
    }

    /// The two rows of a notice. The numbers are on disk: never renumber.
    package enum OutboxPart: UInt8, Sendable, CaseIterable {
        case notice = 0
        case delivery = 1
    }

    /// `outbox`
    package static func outbox(_ key: NoticeKey, _ part: OutboxPart) -> StoreKey {
        var result = StoreKey()
        result.append(bigEndian: key.channel)
        result.append(bigEndian: key.sequence)
        result.append(part.rawValue)
        return result
    }

    /// `outbox`: behind every key of a channel.
    package static func outboxEnd(channel: UInt32) -> StoreKey {
        var result = StoreKey()
        result.append(bigEndian: channel)
        result.append(bigEndian: UInt64.max)
        result.append(0xff)
        return result
    }

    /// The longest key: a catalog key's kind and id, with room to spare.
    package static let maximumCount = 72

    /// A key from bytes that were one; whoever calls has checked their number.
    static func raw(_ bytes: Span<UInt8>) -> StoreKey {
        var result = StoreKey()
        for index in 0..<min(bytes.count, maximumCount) { result.append(bytes[index]) }
        return result
    }

    /// `meta`, `local`: a name.
    package static func name(_ name: StaticString) -> StoreKey {
        var result = StoreKey()
        let length = min(name.utf8CodeUnitCount, 64)
        let start = name.utf8Start  // static storage: valid for the whole program
        for index in 0..<length { result.append(start[index]) }
        return result
    }
}

extension StoreKey {
    /// The record key that a `trades` or `cargo` key stands for, or nil for damage.
    package static func recordKey(_ bytes: Span<UInt8>) -> RecordKey? {
        var reader = ByteReader(bytes)
        guard bytes.count == 10, let seq = try? reader.bigEndian(UInt64.self), seq > 0,
            let index = try? reader.bigEndian(UInt16.self)
        else { return nil }
        return RecordKey(seq: seq, index: index)
    }

    /// The stock key that an `inventory` key stands for, or nil for damage.
    package static func stockKey(_ bytes: Span<UInt8>) -> StockKey? {
        var reader = ByteReader(bytes)
        guard bytes.count == 8, let station = try? reader.bigEndian(UInt32.self), station > 0,
            let item = try? reader.bigEndian(UInt32.self), item > 0
        else { return nil }
        return StockKey(station: StationNumber(station), item: ItemNumber(item))
    }

    /// The seq that an `events` key stands for, or nil for damage.
    package static func eventSeq(_ bytes: Span<UInt8>) -> UInt64? {
        var reader = ByteReader(bytes)
        guard bytes.count == 8, let seq = try? reader.bigEndian(UInt64.self), seq > 0 else {
            return nil
        }
        return seq
    }

    /// The notice and the part of it that an `outbox` key stands for, or nil for damage.
    package static func outboxKey(
        _ bytes: Span<UInt8>
    ) -> (key: NoticeKey, part: OutboxPart)? {
        var reader = ByteReader(bytes)
        guard bytes.count == 13, let channel = try? reader.bigEndian(UInt32.self), channel > 0,
            let sequence = try? reader.bigEndian(UInt64.self), sequence > 0,
            let number = try? reader.byte(), let part = OutboxPart(rawValue: number)
        else { return nil }
        return (NoticeKey(channel: channel, sequence: sequence), part)
    }

    /// The due moment that a `due` key stands for, or nil for damage.
    package static func dueKey(_ bytes: Span<UInt8>) -> DueKey? {
        var reader = ByteReader(bytes)
        guard bytes.count == 19, let time = try? reader.bigEndian(UInt64.self),
            let kindNumber = try? reader.byte(), let kind = DueKey.Kind(rawValue: kindNumber),
            let seq = try? reader.bigEndian(UInt64.self),
            let index = try? reader.bigEndian(UInt16.self)
        else { return nil }
        return DueKey(
            time: Timestamp(milliseconds: Int64(clamping: time)), kind: kind,
            record: RecordKey(seq: seq, index: index))
    }
}
