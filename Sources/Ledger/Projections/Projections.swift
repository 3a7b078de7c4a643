import Basics
package import Domain
package import RocksDB
package import Storage
import Synchronization
package import System

/// Posting lists and day sums: what lists and summaries read instead of an index in each batch.
///
/// The events of each durable group are turned into small entries in memory. When a run of 16 384
/// events is complete, the projector's thread sorts it into one file and the store takes the file
/// in whole, together with the seq up to which the files speak: no log, no memtable, no stall of
/// the writer. A reader lays what is in memory over what its own snapshot sees, so a list is
/// exactly as fresh as its view. All of it can be made again from the log.
/// Threading: `append` from one thread, everything else from any.
package final class Projections: Sendable {
    /// Events of a run.
    package static let runEvents = 16_384
    /// Runs that stay in memory after they are stored, for readers with an older snapshot.
    private static let keptRuns: UInt64 = 3

    let database: Database
    private let scratch: String
    let tail: PostingTail
    private let segmentsOfRun: Int
    private let indexed = Atomic<UInt64>(0)
    private let work = Monitor(Work())
    private let thread = Mutex<SystemThread?>(nil)

    private struct Work {
        var complete = 0
        var isStopping = false
        var failure: StorageError?
    }

    /// - Parameters:
    ///   - scratch: an existing folder on the file system of the database; files there whose names
    ///     begin with `postings-` are this object's.
    ///   - runEvents: events of a run; a run consists of 16 segments.
    package init(
        database: Database, scratch: String, runEvents: Int = Projections.runEvents
    ) {
        self.database = database
        self.scratch = scratch
        segmentsOfRun = 16
        tail = PostingTail(next: 1, segmentEvents: max(1, runEvents / 16))
    }

    // MARK: Life

    /// Takes up where the stored postings end: re-reads the events behind them, normally at most
    /// one run, or all where the postings are ahead of the log and have to be made anew.
    ///
    /// - Parameters:
    ///   - view: durable; the log as it is before the first `append`.
    ///   - progress: called now and then with the events done and the events to do.
    /// - Throws: what reading the log or writing a run throws.
    package func load(
        _ view: ReadView, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) throws(StorageError) {
        var start = try Self.indexedSeq(of: view)
        if start > view.head.seq {
            // A relaxed fsync policy lost events that a run had already taken in.
            try wipe()
            start = 0
        }
        indexed.store(start, ordering: .releasing)
        tail.reset(next: start + 1)
        if start == view.head.seq { return }
        let total = view.head.seq - start
        var gathered: [Event] = []
        try view.forEachEvent(in: start + 1...view.head.seq) {
            (event) throws(StorageError) in
            gathered.append(event)
            if gathered.count < tail.segmentEvents { return }
            tail.append(gathered)
            gathered.removeAll(keepingCapacity: true)
            while try writeRun() {}
            progress(event.seq - start, total)
        }
        tail.append(gathered)
        while try writeRun() {}
        progress(total, total)
    }

    /// Starts the projector's thread.
    ///
    /// - Parameter failed: called once, on that thread, where a run could not be stored; nothing is
    ///   stored from then on.
    package func start(
        failed: @escaping @Sendable (StorageError) -> Void
    ) throws(SystemError) {
        let started = try SystemThread(name: "projector") { [self] in run(failed: failed) }
        thread.withLock { $0 = started }
    }

    /// Ends the projector's thread; a run that is being stored is finished first.
    package func stop() {
        work.update { $0.isStopping = true }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    /// Takes in the events of a group that has become durable, in order. An event that is known
    /// already is passed over.
    ///
    /// Cost: about 5 ns for each posting; never waits for the disk.
    package func append(_ events: [Event]) {
        let complete = tail.append(events)
        // Segments of stored runs stay for a while: only a new complete one is a reason to look.
        if complete < segmentsOfRun || tail.sealedEnd < indexedSeq &+ tail.runLength { return }
        work.update { $0.complete = complete }
    }

    // MARK: Figures

    /// The last event that the stored postings speak for.
    package var indexedSeq: UInt64 { indexed.load(ordering: .acquiring) }

    /// Postings in memory.
    package var tailCount: Int { tail.count }

    // MARK: Storing runs

    private func run(failed: @Sendable (StorageError) -> Void) {
        while true {
            let isStopping = work.wait { work -> Bool? in
                if work.isStopping { return true }
                if work.complete == 0 { return nil }
                work.complete = 0
                return false
            }
            if isStopping ?? true { return }
            do throws(StorageError) {
                while try writeRun() {}
            } catch {
                work.update { $0.failure = error }
                failed(error)
                return
            }
        }
    }

    /// Stores the next run, if one is complete.
    ///
    /// - Returns: whether there was one.
    func writeRun() throws(StorageError) -> Bool {
        let start = indexed.load(ordering: .acquiring)
        let segments = Array(tail.sealed(after: start).prefix(segmentsOfRun))
        guard segments.count == segmentsOfRun, let last = segments.last?.seqs.upperBound else {
            return false
        }
        if segments[0].seqs.lowerBound != start + 1 {
            throw .invariant("the postings end at \(start), the next run begins behind that")
        }
        let path = "\(scratch)/postings-\(last).sst"
        let run = PostingRun(segments: segments, indexed: last)
        try run.store(in: database, path: path)
        indexed.store(last, ordering: .releasing)
        let kept = tail.runLength * Self.keptRuns
        if last > kept { tail.drop(through: last - kept) }
        return true
    }

    /// Removes all stored postings.
    private func wipe() throws(StorageError) {
        do throws(RocksDBError) {
            var batch = database.batch()
            let lower: [UInt8] = [0]
            let upper: [UInt8] = [255]
            batch.deleteRange(Keyspace.postings.family, from: lower.span, to: upper.span)
            try database.write(batch)
            try database.flushWAL(sync: true)
            // An empty memtable is what makes taking in a file cheap.
            try database.flush([Keyspace.postings.family])
        } catch { throw StorageError(error) }
    }

    // MARK: Reading

    /// What memory adds to the stored postings for a view. Events that memory has not got (a view
    /// much older than the last run, or a moment newer than the last `append`) come from the log.
    func tail(of view: ReadView) throws(StorageError) -> ViewTail {
        let stored = try Self.indexedSeq(of: view)
        let head = view.head.seq
        if stored >= head { return ViewTail(indexed: stored, head: head, segments: []) }
        let (segments, first, next) = tail.contents()
        var all: [TailSegment] = []
        if first > stored + 1 {
            all.append(try Self.reread(stored + 1...min(first - 1, head), of: view))
        }
        all += segments.filter { $0.seqs.upperBound > stored && $0.seqs.lowerBound <= head }
        if next <= head {
            all.append(try Self.reread(max(next, stored + 1)...head, of: view))
        }
        return ViewTail(indexed: stored, head: head, segments: all)
    }

    private static func reread(
        _ range: ClosedRange<UInt64>, of view: ReadView
    ) throws(StorageError) -> TailSegment {
        var entries: [PostingEntry] = []
        var totals: [DayDelta] = []
        try view.forEachEvent(in: range) { (event) throws(StorageError) in
            PostingEntry.forEach(in: event) { entries.append($0) }
            DayDelta.forEach(in: event) { totals.append($0) }
        }
        return TailSegment(seqs: range, entries: entries, totals: totals)
    }

    static func indexedSeq(of view: ReadView) throws(StorageError) -> UInt64 {
        let key = StoreKey.name("\u{0}indexed")
        guard let bytes = try view.bytes(.postings, key) else { return 0 }
        do throws(DecodingError) { return try PostingEntry.decodeIndexed(bytes.span) } catch {
            throw StorageError(error, at: "the seq of the postings")
        }
    }
}
