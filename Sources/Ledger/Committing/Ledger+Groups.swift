import Basics
import Domain
import Storage
import Synchronization

/// Groups: from the first command in one to the moment when its replies may leave.
extension Ledger {
    /// Ends the group, if it holds anything, and hands it to the sync thread.
    ///
    /// While groups wait for the disk the open one goes on growing, up to its limits, so that one
    /// write and one flush serve more commands.
    package func closeGroup() {
        if store.writeSet.isEmpty {
            // Refusals, replays, quotes and reads behind writes wait for whatever was decided
            // before them, no longer. Nobody counts them: an empty group may always end.
            if inFlight.isEmpty {
                groupCommands = 0
                durableGroup = openGroup
                openGroup += 1
            }
            return
        }
        if isGroupFull {
            closeFullGroup()
        } else if sync.inFlight == 0 {
            do throws(StorageError) { try sealGroup() } catch { end(error) }
        }
    }

    private var isGroupFull: Bool {
        groupCommands >= limits.groupCommands
            || store.writeSet.byteCount >= limits.groupBytes
    }

    func closeFullGroup() {
        if !isGroupFull || store.writeSet.isEmpty { return }
        do throws(StorageError) {
            try sync.waitForRoom(below: Self.maximumInFlight)
            try sealGroup()
        } catch { end(error) }
    }

    /// What was decided must be in the database before the latest view can show it.
    func writeForRead() {
        do throws(StorageError) {
            if !store.writeSet.isEmpty { try sealGroup() }
            try sync.writeNow()
        } catch { end(error) }
    }

    func sealGroup() throws(StorageError) {
        try appendDigest()
        store.writeSet.retire(through: sync.writtenGroup)
        let group = store.writeSet.seal(as: openGroup)
        if let earliest = group.earliestDue { due.note(earliest) }
        transaction.view = store.latestView()
        inFlight.append(group)
        groupFigures.didEnd(now: clock.monotonicNanoseconds())
        sync.submit(group, epoch: UInt64(store.history.epoch))
        openGroup += 1
        groupCommands = 0
    }

    /// Every 4 096 events the log says what the state's digest is.
    private func appendDigest() throws(StorageError) {
        let head = store.writeSet.head
        if head.seq - digestedSeq < 4_096 || space.refusal != nil { return }
        transaction.begin(caller: .system, now: head.time)
        transaction.beginCommand(nil, requestHash: 0)
        transaction.emit(.systemDigest, .system(.digest(head.digest)))
        try transaction.commit()
        digestedSeq = store.writeSet.head.seq
    }

    /// Takes in what the sync thread has finished: publishes the view, tells the feed, and lets the
    /// replies go. Call when woken.
    package func collectDurable() {
        publishDurable()
        drainInbox()
        // At once, before the replies are sent: the disk need not wait for that.
        if inFlight.isEmpty { closeGroup() }
    }

    /// The part of it that decides nothing.
    func publishDurable() {
        store.writeSet.retire(through: sync.writtenGroup)
        if let end = sync.takeNews() { publish(end) }
    }

    private func publish(_ end: SyncThread.Durable) {
        let view = store.view(end.snapshot, head: end.head)
        let count = inFlight.prefix { $0.number <= end.group }.count
        let now = clock.monotonicNanoseconds()
        for group in inFlight[..<count] {
            groupFigures.didBecomeDurable(events: group.events.count, now: now)
            projections.append(group.events)
        }
        published.withLock { $0 = view }
        inbox.publish(view)
        durableSeq = end.head.seq
        durableGroup = end.group
        if let onDurable { for group in inFlight[..<count] { onDurable(group.events, view) } }
        for observer in durableObservers {
            for group in inFlight[..<count] { observer(group.events, view) }
        }
        inFlight.removeFirst(count)
    }

    /// Whether replies are waiting for the disk.
    package var hasUndurable: Bool { !inFlight.isEmpty || !store.writeSet.isEmpty }
}
