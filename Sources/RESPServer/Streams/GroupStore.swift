import Basics
import Ledger
import Storage

/// How consumer groups lie in the family `local`.
///
///     g ‖ name                     schema:varint(1) lastSeq:varint count:varint consumer*count
///     consumer                     number:varint name:length-prefixed seen:zigzag active:zigzag
///     p ‖ hash64(name):8 ‖ seq:8   consumer:varint delivered:zigzag count:varint
enum GroupStore {
    static let groupPrefix = UInt8(ascii: "g")
    static let pendingPrefix = UInt8(ascii: "p")

    static func groupKey(_ name: String) -> StoreKey {
        .local([groupPrefix] + Array(name.utf8))
    }

    static func pendingKey(_ name: String, _ seq: UInt64) -> StoreKey {
        var buffer = ByteBuffer(capacity: 32)
        buffer.append(pendingPrefix)
        buffer.append(bigEndian: FastHash.hash64(name.utf8.span))
        buffer.append(bigEndian: seq)
        return .local(buffer.array)
    }

    static func encode(_ group: ConsumerGroup) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 256)
        buffer.append(varint: 1)
        buffer.append(varint: group.lastSeq)
        let consumers = group.consumersByAge
        buffer.append(varint: UInt64(consumers.count))
        for consumer in consumers {
            buffer.append(varint: UInt64(consumer.number))
            buffer.append(varint: UInt64(consumer.name.utf8.count))
            buffer.append(consumer.name)
            buffer.append(zigzag: consumer.seen)
            buffer.append(zigzag: consumer.active)
        }
        return buffer.array
    }

    static func encode(_ entry: PendingEntry) -> [UInt8] {
        var buffer = ByteBuffer(capacity: 24)
        buffer.append(varint: UInt64(entry.consumer))
        buffer.append(zigzag: entry.delivered)
        buffer.append(varint: entry.deliveryCount)
        return buffer.array
    }

    static func decodeGroup(
        name: String, _ bytes: Span<UInt8>
    ) throws(DecodingError) -> ConsumerGroup {
        var reader = ByteReader(bytes)
        let schema = try reader.varint()
        if schema != 1 { throw .newerSchema(schema) }
        var group = ConsumerGroup(name: name, lastSeq: try reader.varint())
        let count = try reader.varint()
        if count > UInt64(ConsumerGroup.maximumConsumers) {
            throw .malformed("\(count) consumers")
        }
        for _ in 0..<count {
            guard let number = UInt32(exactly: try reader.varint()),
                let text = try reader.lengthPrefixed().validatedText
            else { throw .malformed("consumer") }
            group.restore(
                Consumer(
                    number: number, name: text, seen: try reader.zigzag(),
                    active: try reader.zigzag()))
        }
        return group
    }

    static func decodePending(
        seq: UInt64, _ bytes: Span<UInt8>
    ) throws(DecodingError) -> PendingEntry {
        var reader = ByteReader(bytes)
        guard let consumer = UInt32(exactly: try reader.varint()) else {
            throw .malformed("consumer number")
        }
        return PendingEntry(
            seq: seq, consumer: consumer, delivered: try reader.zigzag(),
            deliveryCount: try reader.varint())
    }

    /// Reads every group back.
    ///
    /// - Throws: `damaged` for a value that breaks the format.
    static func load(_ view: ReadView, into groups: ConsumerGroups) throws(StorageError) {
        var names: [UInt64: String] = [:]
        for (key, value) in try view.localValues(prefix: groupPrefix) {
            let name = String(decoding: key.dropFirst(), as: UTF8.self)
            do throws(DecodingError) {
                groups[name] = try decodeGroup(name: name, value.span)
            } catch { throw StorageError(error, at: "consumer group \(name)") }
            names[FastHash.hash64(name.utf8.span)] = name
        }
        for (key, value) in try view.localValues(prefix: pendingPrefix) where key.count == 17 {
            do throws(DecodingError) {
                var reader = ByteReader(key.span.extracting(1..<17))
                let hash = try reader.bigEndian(UInt64.self)
                let entry = try decodePending(
                    seq: try reader.bigEndian(UInt64.self), value.span)
                if let name = names[hash] { groups[name]?.give(entry) }
            } catch { throw StorageError(error, at: "pending entry of a consumer group") }
        }
    }
}
