/// An entry that a consumer has been given and has not acknowledged.
struct PendingEntry: Equatable {
    let seq: UInt64
    /// The consumer's number in its group.
    var consumer: UInt32
    /// When it was last delivered, milliseconds since 1970.
    var delivered: Int64
    var deliveryCount: UInt64
}

/// The pending entries of a group, by seq.
///
/// A sorted array with a movable front: entries come at the end and mostly go from the front, so
/// both cost next to nothing; a removal in the middle moves what lies behind it.
struct PendingList {
    private var entries: [PendingEntry] = []
    private var front = 0

    init() {}

    var count: Int { entries.count - front }
    var all: ArraySlice<PendingEntry> { entries[front...] }

    /// Where `seq` lies, or would lie.
    private func place(_ seq: UInt64) -> Int {
        var low = front
        var high = entries.count
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(_ seq: UInt64) -> PendingEntry? {
        let place = place(seq)
        return place < entries.count && entries[place].seq == seq ? entries[place] : nil
    }

    /// Adds an entry or replaces the one of its seq.
    mutating func set(_ entry: PendingEntry) {
        let place = place(entry.seq)
        if place < entries.count && entries[place].seq == entry.seq {
            entries[place] = entry
        } else {
            entries.insert(entry, at: place)
        }
    }

    /// - Returns: what was removed.
    mutating func remove(_ seq: UInt64) -> PendingEntry? {
        let place = place(seq)
        guard place < entries.count, entries[place].seq == seq else { return nil }
        let entry = entries[place]
        if place == front {
            front += 1
            if front > 1_024 && front > entries.count / 2 {
                entries.removeFirst(front)
                front = 0
            }
        } else {
            entries.remove(at: place)
        }
        return entry
    }

    /// The entries from `seq` on.
    func from(_ seq: UInt64) -> ArraySlice<PendingEntry> { entries[place(seq)...] }
}
