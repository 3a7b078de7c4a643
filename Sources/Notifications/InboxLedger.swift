package import Basics
import Domain
package import Ledger

/// The ledger as notifications use it: whatever they write goes through its inbox.
package struct InboxLedger: NoticeLedger {
    private let inbox: LedgerInbox
    private let log: Log

    package init(inbox: LedgerInbox, log: Log) {
        self.inbox = inbox
        self.log = log
    }

    package func queue(
        _ notices: [RoutedNotice], cursor: UInt64, complete: @escaping @Sendable (Bool) -> Void
    ) {
        inbox.submit { [log] ledger in
            let drafts = notices.map { NoticeDraft($0, names: ledger.state.names) }
            let batch = NoticeBatch(
                cursor: HookCursor(owner: HookCursor.routes, seq: cursor), drafts: drafts)
            do throws(CommandError) {
                _ = try ledger.queueNotices(batch)
                complete(true)
            } catch {
                log.warning("notices are not queued yet", ["reason": "\(error.message)"])
                complete(false)
            }
        }
    }

    package func report(_ report: LaneReport, complete: @escaping @Sendable (Bool) -> Void) {
        inbox.submit { [log] ledger in
            var progress = DeliveryProgress()
            progress.deliveries = report.deliveries
            progress.removed = report.removed
            progress.logged = report.logged
            progress.disabled = report.disables.map { (report.channel.number, $0) }
            do throws(CommandError) {
                try ledger.recordProgress(progress)
                complete(true)
            } catch {
                log.warning(
                    "deliveries are not recorded yet",
                    ["channel": "\(report.channel.id)", "reason": "\(error.message)"])
                complete(false)
            }
        }
    }
}

extension NoticeDraft {
    /// What a plain route makes of an event: its type and subject, in order per subject.
    init(_ routed: RoutedNotice, names: Names) {
        let event = routed.event
        self.init(
            channel: routed.channel, rule: nil, station: nil, event: event.seq, time: event.time)
        var buffer = ByteBuffer(capacity: 128)
        buffer.appendSubject(event, names: names)
        let about = String(decoding: buffer.array, as: UTF8.self)
        eventType = event.type
        self.about = about
        event.forEachStation { stations.append($0) }
        orderKey = about
    }
}
