import Basics
import Domain
import RocksDB
import Storage

/// Walks one owner's postings in the order of their seqs, or against it: first what the sorted runs
/// hold, then what is still in memory.
///
/// Exactly as fresh as the view: the seq that divides the two is read through the view's own
/// snapshot, so a run that is taken in meanwhile changes nothing. Ownership: a class, since walks
/// hold several. Threading: none of its own.
final class PostingReader {
    /// The posting that the reader stands on; nil at the end.
    private(set) var current: PostingEntry?
    private var iterator: KeyIterator
    private let tail: [PostingEntry]
    private var tailIndex: Int
    private let isReversed: Bool
    private let indexed: UInt64
    private let index: UInt16?
    private var isInTail: Bool

    /// - Parameters:
    ///   - owner: see `PostingEntry`.
    ///   - range: the seqs to walk.
    ///   - index: only postings of this index; nil: all.
    ///   - tail: what `Projections.tail(of:)` gave for the view.
    init(
        _ kind: PostingKind, owner: UInt64, range: Range<UInt64>, index: UInt16? = nil,
        reversed: Bool, view: ReadView, tail source: borrowing ViewTail
    ) throws(StorageError) {
        isReversed = reversed
        indexed = source.indexed
        self.index = index
        var found: [PostingEntry] = []
        source.forEachEntry { entry in
            if entry.kind == kind && entry.owner == owner && range.contains(entry.seq)
                && (index == nil || entry.index == index)
            {
                found.append(entry)
            }
        }
        tail = reversed ? found.reversed() : found
        tailIndex = 0
        // Behind `indexed` memory speaks: a run taken in after the view was made stays unseen.
        let upper = min(range.upperBound, source.indexed &+ 1)
        let lower = min(range.lowerBound, upper)
        iterator = try view.iterator(
            .postings, lower: PostingEntry.key(kind, owner: owner, seq: lower),
            upper: PostingEntry.key(kind, owner: owner, seq: upper))
        isInTail = reversed
        do throws(RocksDBError) {
            if !reversed { try iterator.seekToFirst() }
            if reversed && !found.isEmpty {
                current = tail[0]
            } else if reversed {
                isInTail = false
                try iterator.seekToLast()
            }
        } catch { throw StorageError(error) }
        if !isInTail { try settle() }
    }

    /// Steps to the next posting.
    func next() throws(StorageError) {
        if isInTail {
            tailIndex += 1
            if tailIndex < tail.count {
                current = tail[tailIndex]
                return
            }
            current = nil
            if !isReversed { return }
            isInTail = false
            do throws(RocksDBError) { try iterator.seekToLast() } catch {
                throw StorageError(error)
            }
        } else {
            try move()
        }
        try settle()
    }

    private func move() throws(StorageError) {
        do throws(RocksDBError) {
            if isReversed { try iterator.prev() } else { try iterator.next() }
        } catch { throw StorageError(error) }
    }

    private static func posting(
        at iterator: borrowing KeyIterator
    ) throws(DecodingError) -> PostingEntry {
        try PostingEntry.decode(key: iterator.key, value: iterator.value)
    }

    /// Takes the row that the iterator stands on, or goes over to memory at the end of the rows.
    private func settle() throws(StorageError) {
        while iterator.isValid {
            do throws(DecodingError) {
                let entry = try Self.posting(at: iterator)
                if index == nil || entry.index == index {
                    current = entry
                    return
                }
            } catch { throw StorageError(error, at: "a posting") }
            try move()
        }
        current = nil
        if isReversed || isInTail { return }
        isInTail = true
        tailIndex = 0
        if !tail.isEmpty { current = tail[0] }
    }
}

/// What memory adds to the stored postings for one view.
struct ViewTail {
    /// The last event that the stored postings speak for, as the view sees them.
    let indexed: UInt64
    /// The last event of the view.
    let head: UInt64
    let segments: [TailSegment]

    /// Visits the postings of the events behind `indexed` up to the view's head, in order.
    func forEachEntry(_ body: (PostingEntry) -> Void) {
        for segment in segments where segment.seqs.overlaps(indexed &+ 1...max(head, indexed &+ 1))
        {
            for entry in segment.entries where entry.seq > indexed && entry.seq <= head {
                body(entry)
            }
        }
    }

    /// Visits the day sums of the same events.
    func forEachTotal(_ body: (DayDelta) -> Void) {
        for segment in segments where segment.seqs.overlaps(indexed &+ 1...max(head, indexed &+ 1))
        {
            for delta in segment.totals where delta.seq > indexed && delta.seq <= head {
                body(delta)
            }
        }
    }
}
