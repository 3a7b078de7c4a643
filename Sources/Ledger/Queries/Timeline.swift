import Domain
import Storage

/// Places in the log that a request names by seq or by time. Times of events never decrease, so a
/// time is found by halving.
enum Timeline {
    /// The last event at or before a place: what `AS OF` means.
    ///
    /// - Throws: `RANGE` for a place beyond the head; `ERR` where the store fails.
    static func seq(
        at place: LogPlace, _ context: ReadContext
    ) throws(CommandError) -> UInt64 {
        let head = context.view.head
        switch place {
        case .seq(let seq):
            if seq > head.seq {
                throw CommandError(.range, "AS OF \(seq) lies beyond the last event \(head.seq)")
            }
            return seq
        case .time(let time):
            if time > max(context.now, head.time) {
                throw CommandError(.range, "AS OF \(time) lies in the future")
            }
            return try first(after: time, orAt: false, context.view) - 1
        }
    }

    /// The first event at or behind a place, which may be one that is still to come: what `FROM`
    /// (inclusive) and `TO` (exclusive) mean.
    static func firstSeq(
        from place: LogPlace, _ context: ReadContext
    ) throws(CommandError) -> UInt64 {
        switch place {
        case .seq(let seq): seq
        case .time(let time): try first(after: time, orAt: true, context.view)
        }
    }

    /// The first event whose time is after `time`, or at it; head + 1 where there is none.
    private static func first(
        after time: Timestamp, orAt: Bool, _ view: ReadView
    ) throws(CommandError) -> UInt64 {
        var low: UInt64 = 1
        var high = view.head.seq + 1
        while low < high {
            let middle = low + (high - low) / 2
            let found = try self.time(of: middle, view)
            if found > time || (orAt && found == time) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    /// The time of an event.
    ///
    /// - Throws: `ERR` where the log does not hold it.
    static func time(of seq: UInt64, _ view: ReadView) throws(CommandError) -> Timestamp {
        try reading { () throws(StorageError) in
            guard let header = try view.eventHeader(seq) else {
                throw .damaged(where: "event \(seq)", detail: "the log does not hold it")
            }
            return header.time
        }
    }
}

/// Runs a read of the store; its failure becomes an error of the command.
func reading<Result>(
    _ body: () throws(StorageError) -> Result
) throws(CommandError) -> Result {
    do throws(StorageError) { return try body() } catch { throw CommandError(error) }
}
