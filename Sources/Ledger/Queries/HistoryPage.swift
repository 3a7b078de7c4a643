import Basics
import Domain
import JSON
import Storage

/// The options that every history takes, and the page that comes of them.
struct HistoryPage {
    private enum Option: String, CaseIterable {
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
        case reversed = "REV"
    }

    private var from: UInt64 = 0
    private var to: UInt64 = .max
    private var limit = 100
    private var isReversed = false

    /// Reads `[FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]` up to the end of the request.
    init(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ context: ReadContext
    ) throws(CommandError) {
        var resume: String?
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .from:
                from = try Timeline.firstSeq(from: try cursor.seqOrTime(words, "FROM"), context)
            case .to: to = try Timeline.firstSeq(from: try cursor.seqOrTime(words, "TO"), context)
            case .limit: limit = try cursor.limit(words, context.limits)
            case .cursor: resume = try cursor.text(words, "CURSOR", maximumBytes: 128)
            case .reversed: isReversed = true
            }
        }
        guard let resume else { return }
        let seq = try PageCursor.key(resume, of: .history, reversed: isReversed).seq
        if isReversed { to = min(to, seq) } else { from = max(from, min(seq, .max - 1) + 1) }
    }

    /// Writes the page of a chain's changes.
    ///
    /// - Parameters:
    ///   - latest: the seq of the last change that the view knows.
    ///   - append: appends the line of an event, or returns false where it has none.
    func write<Chain>(
        _ reader: ChainReader<Chain>, latest: UInt64, _ context: ReadContext, _ reply: Reply,
        _ append: (Event, Reply) -> Bool
    ) throws(CommandError) {
        let range = from..<max(from, to)
        let seqs =
            isReversed
            ? try reader.descending(in: range, latest: latest, limit: limit + 1)
            : try reader.ascending(in: range, latest: latest, limit: limit + 1)
        var page = PageWriter(reply, limit: limit, context.limits)
        var last: UInt64?
        var next: String?
        for (index, seq) in seqs.enumerated() {
            let event = try reading { () throws(StorageError) in try context.view.event(seq) }
            guard let event else { continue }
            let mark = reply.body.count
            let before = page
            page.beginItem()
            let hasLine = append(event, reply)
            if !hasLine {
                // A change that has no line of its own.
                reply.body.truncate(to: mark)
                page = before
            } else if index == limit || !page.endItem() {
                reply.body.truncate(to: mark)
                page = before
                next = last.map {
                    PageCursor.text(.history, reversed: isReversed, RecordKey(seq: $0))
                }
                break
            }
            last = seq
        }
        page.finish(next: next, seq: context.view.head.seq)
    }
}
