import Basics

/// Which notice of one channel goes out next: pure decisions over the clock's reading and what
/// became of earlier attempts.
///
/// - First attempts go in the channel's order. A notice that fails waits by the schedule; later
///   notices of the same key wait for it, others pass.
/// - An endpoint that asks for a pause gets it for the whole channel. One that has not answered
///   three times running is only probed, less and less often, up to twelve times the first wait of
///   the schedule apart.
/// - With a digest window, what has gathered since the oldest untried notice goes out together.
///
/// Holds the oldest part of the channel's queue, at most `capacity` notices: those behind are added
/// as places become free, so a notice never overtakes an earlier one of its key. Cost: O(notices
/// held) per decision in the worst case, O(1) while nothing fails. Threading: the lane's.
package struct LaneQueue: Sendable {
    /// A notice that waits.
    package struct Entry: Equatable, Sendable {
        /// Its number in the channel.
        package let sequence: UInt64
        /// Stands for its key; nil: none.
        package let key: UInt64?
        /// When it came about, in milliseconds since 1970.
        package let time: Int64
        /// Attempts that failed so far.
        package fileprivate(set) var failures: Int
        /// When it may be tried again; of no meaning before the first failure.
        package fileprivate(set) var due: Int64

        package init(
            sequence: UInt64, key: String?, time: Int64, failures: Int = 0, due: Int64 = 0
        ) {
            self.sequence = sequence
            self.key = key.map { FastHash.hash64($0.utf8.span) }
            self.time = time
            self.failures = failures
            self.due = due
        }
    }

    /// What to do now.
    package enum Step: Equatable, Sendable {
        /// Try these now, in this order; then say what became of each.
        case send([UInt64])
        /// Nothing before so many milliseconds have passed; nil: before something is added.
        case wait(milliseconds: Int64?)
    }

    /// What follows from a failed attempt.
    package enum Verdict: Equatable, Sendable {
        /// Again at that moment, milliseconds since 1970.
        case retry(due: Int64)
        /// Never again by itself.
        case dead
    }

    /// Notices of one mail at most.
    package static let batchLimit = 100
    /// Failures without an answer after which an endpoint is only probed.
    static let silenceLimit = 3

    /// Notices held at most.
    package let capacity: Int
    /// The waits between attempts.
    package var schedule: RetrySchedule
    /// How long notices gather before they go out together, in milliseconds; nil: each alone.
    package var digestMilliseconds: Int64?
    /// By sequence, ascending.
    private var entries: [Entry] = []
    private var pausedUntil = Int64.min
    private var silentFailures = 0
    private let seed: UInt64

    /// - Parameter seed: of the jitter, such as the channel's number.
    package init(
        schedule: RetrySchedule = .standard, digestMilliseconds: Int64? = nil, seed: UInt64 = 0,
        capacity: Int = 1_024
    ) {
        self.schedule = schedule
        self.digestMilliseconds = digestMilliseconds
        self.seed = seed
        self.capacity = max(capacity, 1)
    }

    package var count: Int { entries.count }
    /// Whether no further notice can be held.
    package var isFull: Bool { entries.count >= capacity }
    /// When the oldest one came about; nil: none is held.
    package var oldestTime: Int64? { entries.first?.time }

    /// Adds a notice at its place; one that is there already stays as it is.
    package mutating func add(_ entry: Entry) {
        let place = place(of: entry.sequence)
        if place < entries.count && entries[place].sequence == entry.sequence { return }
        entries.insert(entry, at: place)
    }

    /// Takes a notice out: it was delivered or dropped. Nothing where it is not held.
    package mutating func remove(_ sequence: UInt64) {
        let place = place(of: sequence)
        if place < entries.count && entries[place].sequence == sequence {
            entries.remove(at: place)
        }
    }

    /// Forgets everything, as at the start.
    package mutating func removeAll() {
        entries.removeAll()
        resume()
    }

    /// Ends a pause: the channel was changed, or a test went through.
    package mutating func resume() {
        pausedUntil = .min
        silentFailures = 0
    }

    /// What to do at `now`, milliseconds since 1970.
    package func next(now: Int64) -> Step {
        if now < pausedUntil { return .wait(milliseconds: pausedUntil - now) }
        var blocked: Set<UInt64> = []
        var batch: [UInt64] = []
        var earliest: Int64?
        for entry in entries {
            if let key = entry.key, blocked.contains(key) { continue }
            let due = due(entry, now)
            let joins = entry.failures == 0 && !batch.isEmpty
            if due <= now || joins {
                batch.append(entry.sequence)
                if digestMilliseconds == nil || batch.count == LaneQueue.batchLimit { break }
            } else {
                if let key = entry.key { blocked.insert(key) }
                earliest = min(earliest ?? due, due)
            }
        }
        if !batch.isEmpty { return .send(batch) }
        return .wait(milliseconds: earliest.map { $0 - now })
    }

    /// When an entry may go; never further away than the longest wait, whatever the clock did.
    private func due(_ entry: Entry, _ now: Int64) -> Int64 {
        let furthest = now + RetrySchedule.longest
        if entry.failures > 0 { return min(entry.due, furthest) }
        guard let digestMilliseconds else { return .min }
        let (end, overflow) = entry.time.addingReportingOverflow(digestMilliseconds)
        return overflow ? furthest : min(end, furthest)
    }

    /// An attempt went through.
    package mutating func succeeded(_ sequence: UInt64) {
        silentFailures = 0
        remove(sequence)
    }

    /// An attempt failed.
    ///
    /// - Parameters:
    ///   - isAnswered: the endpoint said something; false: nobody could be reached.
    ///   - retryAfter: how long it asked to be left alone, in milliseconds.
    ///   - isFinal: trying again is pointless.
    /// - Returns: what becomes of the notice; one that is dead is held no more.
    package mutating func failed(
        _ sequence: UInt64, now: Int64, isAnswered: Bool, retryAfter: Int64? = nil,
        isFinal: Bool = false
    ) -> Verdict {
        silentFailures = isAnswered ? 0 : silentFailures + 1
        if let retryAfter {
            pausedUntil = max(pausedUntil, now + min(retryAfter, RetrySchedule.longest))
        }
        if silentFailures >= LaneQueue.silenceLimit, let first = schedule.waits.first {
            let probes = Int64(min(silentFailures - LaneQueue.silenceLimit + 1, 12))
            pausedUntil = max(pausedUntil, now + min(first * probes, RetrySchedule.longest))
        }
        let place = place(of: sequence)
        guard place < entries.count, entries[place].sequence == sequence else { return .dead }
        entries[place].failures += 1
        let wait = schedule.wait(
            failures: entries[place].failures, seed: seed ^ FastHash.mix(sequence),
            retryAfter: retryAfter)
        guard let wait, !isFinal else {
            entries.remove(at: place)
            return .dead
        }
        entries[place].due = now + wait
        return .retry(due: now + wait)
    }

    /// Whether a notice is held.
    package func holds(_ sequence: UInt64) -> Bool {
        let place = place(of: sequence)
        return place < entries.count && entries[place].sequence == sequence
    }

    /// Attempts of a notice that failed so far.
    package func failures(of sequence: UInt64) -> Int {
        let place = place(of: sequence)
        guard place < entries.count, entries[place].sequence == sequence else { return 0 }
        return entries[place].failures
    }

    /// Where `sequence` stands or would stand.
    private func place(of sequence: UInt64) -> Int {
        if let last = entries.last, last.sequence < sequence { return entries.count }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
