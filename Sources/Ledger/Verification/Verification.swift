import Basics
import Domain
import RocksDB
package import Storage

/// Proves offline that a store is whole: its files, its log, that the log makes its records, and
/// that records, indexes and figures agree.
///
/// Reads only. Memory: about 70 bytes a record and 200 a stock row. Time: about 10 µs an event and
/// 3 µs a record. Threading: one thread.
package struct Verification {
    /// A part of the work, for whoever shows progress.
    package enum Stage: Sendable {
        case events, records, audit
    }

    let store: StoreInspection
    let report: VerificationReport
    let progress: (_ stage: Stage, _ done: UInt64, _ total: UInt64) -> Void

    /// Verifies a data directory.
    ///
    /// - Parameter progress: called every 1 024 rows.
    /// - Throws: `locked` where a server runs on it, `newerFormat`, `damaged` for `FORMAT`,
    ///   `incomplete` where there is no store. Everything else is in the report.
    package static func run(
        directory: String, options: StoreOptions = StoreOptions(),
        progress: @escaping (_ stage: Stage, _ done: UInt64, _ total: UInt64) -> Void = {
            _, _, _ in
        }
    ) throws(StorageError) -> VerificationReport {
        let report = VerificationReport()
        let store: StoreInspection
        do throws(StorageError) {
            store = try StoreInspection(directory: directory, options: options)
        } catch {
            guard case .database(let kind, let message) = error else { throw error }
            guard kind == .corruption, let rest = try readable(directory, options) else {
                report.add(.database, "db", "\(message). `entrepot salvage` copies what is whole")
                return report
            }
            tell(message, of: rest, in: report)
            store = rest
        }
        try Verification(store: store, report: report, progress: progress).run()
        return report
    }

    /// What can be read of a store whose log is damaged: all up to the damage, else all around it.
    private static func readable(
        _ directory: String, _ options: StoreOptions
    ) throws(StorageError) -> StoreInspection? {
        for recovery in [DatabaseOptions.LogRecovery.untilDamage, .skipDamage] {
            do throws(StorageError) {
                return try StoreInspection(
                    directory: directory, options: options, logRecovery: recovery)
            } catch {
                guard case .database = error else { throw error }
            }
        }
        return nil
    }

    /// Says what the damage has taken, before what is left is checked.
    private static func tell(
        _ message: String, of store: StoreInspection, in report: VerificationReport
    ) {
        let last = (try? LostEvents.lastBeforeGap(store.database)) ?? 0
        let lost = store.mark.flatMap { LostEvents.sentence(last: last, mark: $0.seq) }
        report.add(
            .database, "db", seq: lost == nil ? nil : last + 1,
            "\(message); \(lost ?? "nothing up to the mark is lost"). What can be read was "
                + "checked; `entrepot salvage` copies what is whole")
    }

    private func run() throws(StorageError) {
        for finding in store.findings {
            let kind: VerificationReport.Kind =
                switch finding.part {
                case "mark": .mark
                case "history", "seed": .history
                default: .head
                }
            report.add(kind, finding.part, finding.detail)
        }
        // Without a head everything is measured against the end of the log.
        let head: LogHead
        if let found = store.head { head = found } else { head = try endOfLog() }
        report.seq = head.seq
        report.digest = head.digest
        checkMeta(head)
        let replay = try LogReplay(store, report, head: head)
        try replay.run { progress(.events, $0, head.seq) }
        progress(.events, head.seq, head.seq)
        let isLogWhole = replay.firstBad == nil
        if isLogWhole {
            if replay.digest != head.digest {
                report.add(
                    .digest, "head", seq: head.seq,
                    "it says \(head.digest.text), the log gives \(replay.digest.text)")
            }
            replay.postings.finish { body in forEachEvent(body) }
        }
        let names = replay.state.names
        var proof = RecordProof(
            store, report, head: head, names: names, records: replay.takeRecords(),
            isLogWhole: isLogWhole)
        proof.run { progress(.records, $0, 0) }
        audit(head, names, isLogWhole: isLogWhole)
    }

    // MARK: Parts

    /// The invariants, sums and ids that a running server checks too.
    ///
    /// - Parameter isLogWhole: a log that is not is left out: what is wrong with it was told.
    private func audit(_ head: LogHead, _ names: Names, isLogWhole: Bool) {
        do throws(StorageError) {
            let history: HistoryTable
            if let table = store.history { history = table } else { history = try .new() }
            let view = ReadView(
                database: store.database, snapshot: nil, names: names, head: head,
                history: history, identitySeed: store.identitySeed ?? 0)
            let audit = AuditRun(view: view, projections: nil) {
                progress(.audit, $0.done, $0.total)
                return true
            }
            if isLogWhole {
                _ = try audit.run()
            } else {
                try audit.checkInventory()
                try audit.checkCatalog()
                try audit.checkTrades()
                try audit.checkCargo()
                if store.identitySeed != nil { try audit.checkIdentities() }
                audit.checkOwed()
            }
            take(audit.report)
        } catch { report.add(.database, "audit", error.message) }
    }

    /// Takes over what was not found here before.
    private func take(_ audit: AuditReport) {
        let told = Set(report.problems.map { "\($0.kind) \($0.key)" })
        for problem in audit.problems {
            let kind: VerificationReport.Kind =
                switch problem.kind {
                case "stock", "reserved", "incoming": .stock
                case "conservation": .conservation
                case "id": .identity
                case "digest": .digest
                case "event": .event
                case "chain": .chain
                case "transaction": .transaction
                default: .record
                }
            if kind == .digest && report.counts[.digest] != nil { continue }
            if told.contains("\(kind) \(problem.key)") { continue }
            report.add(
                kind, problem.key, seq: problem.seq == 0 ? nil : problem.seq, problem.detail)
        }
    }

    private func checkMeta(_ head: LogHead) {
        if let history = store.history {
            for index in history.epochs.indices.dropFirst()
            where history.epochs[index].first < history.epochs[index - 1].first {
                report.add(
                    .history, "history/\(history.epochs[index].id)",
                    "it begins before the one in front of it")
            }
            if history.epochs[0].first != 1 {
                report.add(.history, "history", "the first one does not begin with event 1")
            }
            if let mark = store.mark, mark.epoch > UInt64(history.epoch) {
                report.add(.mark, "mark", "it names epoch \(mark.epoch), which has no history")
            }
        }
        if store.head == nil { return }
        for keyspace in Keyspace.allCases where keyspace.hasWitness {
            do throws(StorageError) {
                if let problem = try store.witnessProblem(keyspace) {
                    report.add(.witness, keyspace.name, problem)
                }
            } catch { report.add(.database, keyspace.name, error.message) }
        }
    }

    private func endOfLog() throws(StorageError) -> LogHead {
        var head = LogHead()
        do throws(RocksDBError) {
            var iterator = try store.database.fullScan(Keyspace.events.family)
            if try iterator.seekToLast() { head.seq = StoreKey.eventSeq(iterator.key) ?? 0 }
        } catch { throw .incomplete("the log cannot be read: \(error.message)") }
        return head
    }

    /// Walks the whole log, which is known to be readable.
    private func forEachEvent(_ body: (Event) -> Void) {
        do throws(RocksDBError) {
            var iterator = try store.database.fullScan(Keyspace.events.family)
            try iterator.seekToFirst()
            while iterator.isValid {
                if let seq = StoreKey.eventSeq(iterator.key),
                    let event = try? EventCodec.decode(
                        try StoredEvent.open(iterator.value, seq: seq).body, seq: seq)
                {
                    body(event)
                }
                try iterator.next()
            }
        } catch { report.add(.database, "events", error.message) }
    }
}
