import Basics
import Connections
import Domain
import Ledger
import Storage

/// The log as the stream `events`: entries as Redis's clients expect them.
struct EventStream {
    /// The one stream there is.
    static let name: StaticString = "events"

    let view: ReadView
    let caller: Caller
    let limits: Limits

    /// The seq of the last event that can be read.
    var lastSeq: UInt64 { view.head.seq }

    func id(of seq: UInt64) -> String {
        StreamID(seq: seq, epoch: UInt64(view.history.epoch(of: seq))).text
    }

    /// An id's place in the log, its epoch checked where it names one.
    ///
    /// - Throws: `CONFLICT` for an event of an earlier history that ended before it.
    func seq(of id: StreamID) throws(CommandError) -> UInt64 {
        if id.epoch == 0 || id.seq == 0 || id.seq > lastSeq { return id.seq }
        let actual = UInt64(view.history.epoch(of: id.seq))
        if id.epoch > UInt64(view.history.epoch) {
            throw CommandError(.conflict, "epoch \(id.epoch) of id \(id.text) is unknown here")
        }
        if id.epoch < actual {
            throw CommandError(
                .conflict, "id \(id.text) lies behind the end of its history: read from \(actual)")
        }
        return id.seq
    }

    /// Entries of a range, oldest first or newest first: those that the caller may see, at most
    /// `count`, and no more than a page holds.
    func entries(
        _ range: StreamRange, count: Int?, isReversed: Bool = false
    ) throws(CommandError) -> (entries: [ReplyValue], seqs: [UInt64], reached: UInt64) {
        var entries: [ReplyValue] = []
        var seqs: [UInt64] = []
        let first = max(range.first, 1)
        let last = min(range.last, lastSeq)
        var reached = isReversed ? last : first
        if first > last { return ([], [], first == 0 ? 0 : first - 1) }
        var seq = isReversed ? last : first
        var bytes = 0
        var examined = 0
        while entries.count < count ?? .max, examined < limits.pageExaminedRows,
            bytes < limits.pageBytes
        {
            examined += 1
            reached = seq
            if let (entry, size) = try entry(seq) {
                entries.append(entry)
                seqs.append(seq)
                bytes += size
            }
            if seq == (isReversed ? first : last) { break }
            seq = isReversed ? seq - 1 : seq + 1
        }
        return (entries, seqs, reached)
    }

    /// One entry; nil where the caller may not see it or it is not there.
    func entry(_ seq: UInt64) throws(CommandError) -> (value: ReplyValue, bytes: Int)? {
        let event: Event?
        do throws(StorageError) { event = try view.event(seq) } catch { throw CommandError(error) }
        guard let event, caller.maySee(event, names: view.names) else { return nil }
        var subject = ByteBuffer(capacity: 64)
        subject.appendSubject(event, names: view.names)
        let document = EventDocument.render(event, view)
        let fields: [ReplyValue] = [
            .text("type"), .text("\(event.type.name)"), .text("subject"), .bytes(subject.array),
            .text("event"), .bytes(document),
        ]
        return (.array([.text(id(of: seq)), .array(fields)]), document.count)
    }
}
