import Basics
import Storage

/// What replaying the log says of every record: a hash of its value and the event that left it.
///
/// Memory: about 70 bytes a record, whatever its size.
struct RecordTable: ~Copyable {
    struct Entry {
        var key: Digest128
        var value: Digest128
        /// The last event that changed the record.
        var seq: UInt64
        var keyspace: Keyspace
        /// Whether the store has it too.
        var isSeen: Bool
        /// Taken away by that event.
        var isRemoved = false
    }

    private(set) var entries: [Entry] = []
    private var slots = [UInt32](repeating: 0, count: 1_024)

    /// What a key is known by; the families have a key space each.
    static func hash(_ keyspace: Keyspace, _ key: Span<UInt8>) -> Digest128 {
        FastHash.hash128(key, seed: UInt64(truncatingIfNeeded: keyspace.rawValue))
    }

    func find(_ key: Digest128) -> Int? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: key.low) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if entries[index].key == key { return index }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Takes in the value that an event leaves.
    ///
    /// - Returns: the value before.
    mutating func set(
        _ keyspace: Keyspace, _ key: Digest128, value: Digest128, seq: UInt64
    ) -> Digest128? {
        if let index = find(key) {
            let before = entries[index].isRemoved ? nil : entries[index].value
            entries[index].value = value
            entries[index].seq = seq
            entries[index].isRemoved = false
            return before
        }
        if (entries.count + 1) * 3 > slots.count * 2 { grow() }
        entries.append(
            Entry(key: key, value: value, seq: seq, keyspace: keyspace, isSeen: false))
        insert(entries.count - 1)
        return nil
    }

    /// Takes note that an event took the record away.
    ///
    /// - Returns: the value before; nil where there was none.
    mutating func remove(_ key: Digest128, seq: UInt64) -> Digest128? {
        guard let index = find(key), !entries[index].isRemoved else { return nil }
        entries[index].seq = seq
        entries[index].isRemoved = true
        return entries[index].value
    }

    mutating func markSeen(_ index: Int) { entries[index].isSeen = true }

    private mutating func insert(_ index: Int) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: entries[index].key.low) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        for index in entries.indices { insert(index) }
    }
}
