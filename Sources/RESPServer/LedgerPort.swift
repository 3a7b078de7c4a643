import Basics
import Domain
import Ledger
import Storage

/// The one way from a session to the ledger.
///
/// With one loop, which runs on the ledger's thread, every call goes straight through. Another
/// loop would hand requests over here and get the replies with their groups back.
final class LedgerPort {
    private let ledger: Ledger

    init(_ ledger: Ledger) { self.ledger = ledger }

    /// The group that a reply given now belongs to.
    var openGroup: UInt64 { ledger.openGroup }
    /// Replies of groups up to this one may be sent.
    var durableGroup: UInt64 { ledger.durableGroup }
    /// The last event on disk.
    var durableSeq: UInt64 { ledger.durableSeq }
    /// The last event that was decided.
    var writtenSeq: UInt64 { ledger.writtenSeq }
    var durableView: ReadView { ledger.durableView }

    func execute(
        _ index: Int, _ request: borrowing ArgumentVector, caller: Caller, key: Identifier?,
        isDryRun: Bool, reply: Reply
    ) {
        reply.reset()
        ledger.execute(
            CommandTable.all[index], request, caller: caller,
            options: WriteOptions(key: key, isDryRun: isDryRun), reply: reply)
    }

    func read(
        _ index: Int, _ request: borrowing ArgumentVector, caller: Caller, isBehindWrites: Bool,
        reply: Reply
    ) {
        reply.reset()
        ledger.read(
            CommandTable.all[index], request, caller: caller, isBehindWrites: isBehindWrites,
            reply: reply)
    }

    /// What may be sold, where memory knows it: `INVENTORY LEVEL` without the long way.
    func level(_ request: borrowing ArgumentVector) -> Int64? { ledger.level(request) }

    /// - Parameter edgeRead: answers reads of the log between the writes.
    func executeTransaction(
        _ requests: [[[UInt8]]], caller: Caller, reply: Reply, edgeRead: @escaping Ledger.EdgeRead
    ) {
        reply.reset()
        ledger.executeTransaction(requests, caller: caller, reply: reply, edgeRead: edgeRead)
    }

    /// The last event that lies in the postings on disk.
    var indexedSeq: UInt64 { ledger.projections.indexedSeq }

    /// Whether something that was decided is not on disk yet.
    var hasUndurable: Bool { ledger.hasUndurable }
    func closeGroup() { ledger.closeGroup() }
    func collectDurable() { ledger.collectDurable() }
    func tick() { ledger.tick() }

    /// Calls `body` with the events of each group that has become durable.
    func observe(_ body: @escaping ([Event], ReadView) -> Void) { ledger.onDurable = body }

    /// What an `AUDIT` checks: a thread of its own may run it.
    ///
    /// - Parameter isCancelled: asked now and then; true ends the run.
    /// - Returns: the work, which gives the report as JSON.
    func auditWork(
        isCancelled: @escaping @Sendable () -> Bool
    ) -> @Sendable () throws(CommandError) -> [UInt8] {
        let (view, projections) = (ledger.durableView, ledger.projections)
        return { () throws(CommandError) in
            let run = AuditRun(view: view, projections: projections) { _ in !isCancelled() }
            let report: AuditReport?
            do throws(StorageError) { report = try run.run() } catch { throw CommandError(error) }
            guard let report else { throw CommandError(.err, "the AUDIT was ended") }
            var buffer = ByteBuffer(capacity: 1_024)
            report.append(to: &buffer)
            return buffer.array
        }
    }

    /// `TIME ACCEPT`: the wall clock is right although it jumped.
    func acceptTime() { ledger.acceptTime() }
    /// How far the wall clock has run ahead of the monotonic one.
    var clockSkewMilliseconds: Int64 { ledger.clockSkewMilliseconds }
    /// Why writes are refused for want of space; nil while they are not.
    var spaceRefusal: CommandError? { ledger.spaceRefusal }

    /// Keeps a value of this server's own with the open group; nil removes it.
    func setLocal(_ key: StoreKey, _ bytes: [UInt8]?) {
        let writes = ledger.store.writeSet
        if let bytes { writes.putLocal(key, bytes.span) } else { writes.deleteLocal(key) }
    }
}
