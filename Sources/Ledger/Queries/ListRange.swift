import Basics
import Domain
import Storage

/// The filters, order and bounds of `TRADE LIST` and `CARGO LIST`, as far as they are alike.
struct ListRange {
    private var from: UInt64 = 1
    private var to: UInt64 = .max
    var limit = 100
    var isReversed = false
    private var resume: String?

    mutating func setFrom(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ context: ReadContext
    ) throws(CommandError) {
        let place = try cursor.seqOrTime(words, "FROM")
        from = max(1, try Timeline.firstSeq(from: place, context))
    }

    mutating func setTo(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ context: ReadContext
    ) throws(CommandError) {
        to = try Timeline.firstSeq(from: try cursor.seqOrTime(words, "TO"), context)
    }

    mutating func setCursor(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) {
        resume = try cursor.text(words, "CURSOR", maximumBytes: 128)
    }

    /// The keys to walk.
    ///
    /// - Throws: `SYNTAX` for a cursor of another list or direction.
    func keys(_ list: PageCursor.List) throws(CommandError) -> Range<RecordKey> {
        var lower = RecordKey(seq: from)
        var upper = RecordKey(seq: to)
        if let resume {
            let key = try PageCursor.key(resume, of: list, reversed: isReversed)
            if isReversed {
                upper = min(upper, key)
            } else if key.index == .max {
                lower = max(lower, RecordKey(seq: min(key.seq, .max - 1) + 1))
            } else {
                lower = max(lower, RecordKey(seq: key.seq, index: key.index + 1))
            }
        }
        return lower..<max(lower, upper)
    }
}

extension RecordWalk {
    /// Writes a page of the records that a filter lets through.
    ///
    /// - Parameters:
    ///   - opening: what stands before the first record.
    ///   - isWanted: the filter, scope included.
    ///   - append: appends a record.
    func writePage(
        _ list: PageCursor.List, limit: Int, reversed: Bool, _ context: ReadContext,
        _ reply: Reply, opening: StaticString = "{\"items\":[", where isWanted: (Record) -> Bool,
        _ append: (Record, Reply) -> Void
    ) throws(CommandError) {
        var page = PageWriter(reply, limit: limit, context.limits, opening: opening)
        var examined = 0
        var last: RecordKey?
        var next: String?
        while true {
            let found = try reading { () throws(StorageError) in try self.next() }
            guard let found else { break }
            let isShown = isWanted(found.record)
            if examined >= context.limits.pageExaminedRows || isShown && page.isFull {
                next = last.map { PageCursor.text(list, reversed: reversed, $0) }
                break
            }
            examined += 1
            if isShown {
                page.beginItem()
                append(found.record, reply)
                if !page.endItem() {
                    next = last.map { PageCursor.text(list, reversed: reversed, $0) }
                    break
                }
            }
            last = found.key
        }
        page.finish(next: next, seq: context.view.head.seq)
    }
}
