package import Basics
package import Domain
package import Ledger
package import Storage

/// The one way from a connection to the ledger.
///
/// With one loop, which runs on the ledger's thread, every call goes straight through. Another
/// loop would hand requests over here and get the replies with their groups back.
package final class LedgerPort {
    @usableFromInline let ledger: Ledger

    package init(_ ledger: Ledger) { self.ledger = ledger }

    /// The group that a reply given now belongs to.
    @inlinable package var openGroup: UInt64 { ledger.openGroup }
    /// Replies of groups up to this one may be sent.
    @inlinable package var durableGroup: UInt64 { ledger.durableGroup }
    /// The last event on disk.
    @inlinable package var durableSeq: UInt64 { ledger.durableSeq }
    /// The last event that was decided.
    @inlinable package var writtenSeq: UInt64 { ledger.writtenSeq }
    @inlinable package var durableView: ReadView { ledger.durableView }

    @inlinable package func execute(
        _ index: Int, _ request: borrowing ArgumentVector, caller: Caller, key: Identifier?,
        isDryRun: Bool, reply: Reply
    ) {
        reply.reset()
        ledger.execute(
            CommandTable.all[index], request, caller: caller,
            options: WriteOptions(key: key, isDryRun: isDryRun), reply: reply)
    }

    @inlinable package func read(
        _ index: Int, _ request: borrowing ArgumentVector, caller: Caller, isBehindWrites: Bool,
        reply: Reply
    ) {
        reply.reset()
        ledger.read(
            CommandTable.all[index], request, caller: caller, isBehindWrites: isBehindWrites,
            reply: reply)
    }

    /// What may be sold, where memory knows it: `INVENTORY LEVEL` without the long way.
    @inlinable package func level(_ request: borrowing ArgumentVector) -> Int64? {
        ledger.level(request)
    }

    /// - Parameter edgeRead: answers reads of the log between the writes.
    package func executeTransaction(
        _ requests: [[[UInt8]]], caller: Caller, reply: Reply, edgeRead: @escaping Ledger.EdgeRead
    ) {
        reply.reset()
        ledger.executeTransaction(requests, caller: caller, reply: reply, edgeRead: edgeRead)
    }

    /// The last event that lies in the postings on disk.
    package var indexedSeq: UInt64 { ledger.projections.indexedSeq }

    /// How large groups were, and how long they took.
    package var groupFigures: GroupFigures { ledger.groupFigures }

    /// Whether something that was decided is not on disk yet.
    package var hasUndurable: Bool { ledger.hasUndurable }
    package func closeGroup() { ledger.closeGroup() }
    package func collectDurable() { ledger.collectDurable() }
    package func tick() { ledger.tick() }

    /// Calls `body` with the events of each group that has become durable.
    package func observe(_ body: @escaping ([Event], ReadView) -> Void) { ledger.onDurable = body }

    /// What an `AUDIT` checks: a thread of its own may run it.
    ///
    /// - Parameter isCancelled: asked now and then; true ends the run.
    /// - Returns: the work, which gives the report as JSON.
    package func auditWork(
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
    package func acceptTime() { ledger.acceptTime() }
    /// Keeps in the log what an administrator did that changes no record.
    ///
    /// - Parameter target: what it was about; never a secret.
    package func recordAction(
        command: String, target: String? = nil, detail: String? = nil, as caller: Caller
    ) {
        ledger.recordAction(command: command, target: target, detail: detail, as: caller)
    }

    /// How far the wall clock has run ahead of the monotonic one.
    package var clockSkewMilliseconds: Int64 { ledger.clockSkewMilliseconds }
    /// Why writes are refused for want of space; nil while they are not.
    package var spaceRefusal: CommandError? { ledger.spaceRefusal }

    /// Keeps a value of this server's own with the open group; nil removes it.
    package func setLocal(_ key: StoreKey, _ bytes: [UInt8]?) {
        let writes = ledger.store.writeSet
        if let bytes { writes.putLocal(key, bytes.span) } else { writes.deleteLocal(key) }
    }
}
