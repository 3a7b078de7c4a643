import Basics
import Domain
import RocksDB
import Storage

/// Compares the stored postings with what the log says they must be.
///
/// An order-free sum over all of them tells whether they agree; only where it does not are they
/// looked up one by one. Memory: the day sums only. Threading: one thread.
struct PostingProof: ~Copyable {
    private let database: Database
    private let report: VerificationReport
    /// What the stored postings speak for; what is behind it is not missing, it is not due yet.
    let indexed: UInt64
    private var sum = Digest128()
    private var count = 0
    private var totals: [DayKey: DayTotals] = [:]
    /// The days by their stored keys; filled when the comparison begins.
    private var days: [[UInt8]: DayKey] = [:]

    init(_ database: Database, _ report: VerificationReport, head: UInt64) {
        self.database = database
        self.report = report
        var found: UInt64 = 0
        let key = PostingEntry.indexedKey
        do throws(RocksDBError) {
            if let stored = try database.value(
                Keyspace.postings.family, key.span)
            {
                do { found = try PostingEntry.decodeIndexed(stored.bytes) } catch {
                    report.add(.posting, "postings", "the seq that they speak for is damaged")
                }
            }
        } catch { report.add(.database, "postings", error.message) }
        // Ahead of the log they are made anew at the next start.
        indexed = found > head ? 0 : found
    }

    /// Takes in an event of the log.
    mutating func take(_ event: borrowing Event) {
        if event.seq > indexed { return }
        for entry in Self.entries(of: event) {
            sum += Self.hash(entry)
            count += 1
        }
        DayDelta.forEach(in: event) { delta in
            delta.forEachScope { key in
                totals[key, default: DayTotals()].add(delta, scope: key.scope)
            }
        }
    }

    /// The postings of an event; the same posting twice is one.
    private static func entries(of event: borrowing Event) -> [PostingEntry] {
        var result: [PostingEntry] = []
        PostingEntry.forEach(in: event) { entry in
            let same = result.firstIndex {
                !PostingEntry.inKeyOrder($0, entry) && !PostingEntry.inKeyOrder(entry, $0)
            }
            if let same {
                result[same].roles.formUnion(entry.roles)
            } else {
                result.append(entry)
            }
        }
        return result
    }

    private static func hash(_ entry: PostingEntry) -> Digest128 {
        var key = ByteBuffer(capacity: 32)
        entry.appendKey(to: &key)
        return FastHash.hash128(key.bytes, seed: UInt64(entry.roles.rawValue))
    }

    // MARK: Comparing

    /// Compares with what is stored, after the whole log was taken in.
    ///
    /// - Parameter replay: walks the log once more where the postings differ.
    mutating func finish(
        _ forEachEvent: ((Event) -> Void) -> Void
    ) {
        if indexed == 0 { return }
        for key in totals.keys { days[key.stored] = key }
        var storedSum = Digest128()
        var storedCount = 0
        let indexedKey = PostingEntry.indexedKey
        do throws(RocksDBError) {
            var iterator = try database.fullScan(Keyspace.postings.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                if !iterator.key.equals(indexedKey.span) {
                    if let entry = read(iterator.key, iterator.value) {
                        storedSum += Self.hash(entry)
                        storedCount += 1
                    }
                }
                try iterator.next()
            }
        } catch { report.add(.database, "postings", error.message) }
        for key in totals.keys {
            report.add(.posting, "day/\(key.day)/\(key.scope)", "its sums are missing")
        }
        if storedSum == sum && storedCount == count { return }
        let before = report.counts[.posting] ?? 0
        forEachEvent { event in findMissing(event) }
        if report.counts[.posting] ?? 0 == before {
            report.add(
                .posting, "postings",
                "\(storedCount) are stored, the log up to event \(indexed) makes \(count)")
        }
    }

    /// A stored row: a day's sums are compared at once, a posting is given back.
    private mutating func read(_ key: Span<UInt8>, _ value: Span<UInt8>) -> PostingEntry? {
        if key.count > 0, key[0] == PostingKind.day.rawValue {
            compareTotals(key, value)
            return nil
        }
        do throws(DecodingError) {
            let entry = try PostingEntry.decode(key: key, value: value)
            if entry.seq > indexed {
                report.add(
                    .posting, "event/\(entry.seq)", seq: entry.seq,
                    "a posting lies behind event \(indexed), to which they reach")
            }
            return entry
        } catch {
            report.add(.posting, "postings", StorageError(error, at: "one of them").message)
            return nil
        }
    }

    private mutating func compareTotals(_ key: Span<UInt8>, _ value: Span<UInt8>) {
        guard let dayKey = days[key.array] else {
            report.add(.posting, "days", "sums of a day that the log does not know")
            return
        }
        var wanted = ByteBuffer(capacity: 256)
        totals.removeValue(forKey: dayKey)?.encode(into: &wanted)
        if !wanted.bytes.equals(value) {
            report.add(
                .posting, "day/\(dayKey.day)/\(dayKey.scope)",
                "its sums are not what the log makes")
        }
    }

    private func findMissing(_ event: Event) {
        if event.seq > indexed { return }
        for entry in Self.entries(of: event) {
            var key = ByteBuffer(capacity: 32)
            entry.appendKey(to: &key)
            let roles = try? database.get(Keyspace.postings.family, key.bytes) { value in
                value.count == 1 ? value[0] : nil
            }
            if roles ?? nil != entry.roles.rawValue {
                report.add(
                    .posting, "event/\(event.seq)", seq: event.seq,
                    "its posting of kind \(entry.kind.rawValue) for \(entry.owner) is missing")
            }
        }
    }
}
