package import Basics
package import Domain
package import Ledger

/// The way of the hooks after the commit to the ledger, from any thread.
package protocol AfterLedger: Sendable {
    /// Writes a batch as one transaction: its notices, the cursor and the state, all or nothing.
    ///
    /// - Parameter complete: called once, on any thread.
    func queue(
        _ batch: NoticeBatch,
        complete: @escaping @Sendable (Result<NoticeReceipt, CommandError>) -> Void)
    /// Writes what a failure has led to.
    func fallBack(_ action: RuleAction)
}

/// The ledger's inbox as such a way.
package struct InboxAfterLedger: AfterLedger {
    private let inbox: LedgerInbox

    package init(_ inbox: LedgerInbox) { self.inbox = inbox }

    package func queue(
        _ batch: NoticeBatch,
        complete: @escaping @Sendable (Result<NoticeReceipt, CommandError>) -> Void
    ) {
        inbox.submit { ledger in
            do throws(CommandError) { complete(.success(try ledger.queueNotices(batch))) } catch {
                complete(.failure(error))
            }
        }
    }

    package func fallBack(_ action: RuleAction) {
        // A store without room refuses it; the rule fails again and asks again.
        inbox.submit { ledger in try? ledger.fallBack(action) }
    }
}

/// What all workers of the hooks after the commit share.
package struct AfterDesk: Sendable {
    package let ledger: any AfterLedger
    package let limits: Limits
    package let clock: any Clock
    package let statistics: RuleStatistics
    package let lines: RuleLog
    package let log: Log

    package init(
        ledger: any AfterLedger, limits: Limits, clock: any Clock, statistics: RuleStatistics,
        lines: RuleLog, log: Log
    ) {
        self.ledger = ledger
        self.limits = limits
        self.clock = clock
        self.statistics = statistics
        self.lines = lines
        self.log = log
    }

    /// Compiles a stored version.
    func compile(_ version: PluginVersion) throws(PluginProblem) -> AfterRules {
        try AfterRules(
            version, statistics: statistics, log: lines, clock: clock, limits: limits)
    }

    var now: Timestamp { Timestamp(milliseconds: clock.wallMilliseconds()) }
}

/// How far a plugin's hooks have come.
package struct AfterFigures: Sendable, Equatable {
    package let plugin: Identifier
    /// Events up to here are done.
    package let cursor: UInt64
    /// Events of the durable log behind it; 0 where the plugin hears none.
    package let lag: UInt64
}
