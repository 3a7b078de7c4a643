package import Domain
package import Storage

/// What rules and lanes write, on the ledger's thread; other threads get here by the inbox.
///
/// Each call is a transaction of its own and throws what refuses it: `NOSPACE`, `LIMIT`. What it
/// has written is in memory when it returns, and durable when the durable view shows it.
extension Ledger {
    /// Puts notices into the outbox and takes note of a cursor and a plugin's state.
    package func queueNotices(_ batch: NoticeBatch) throws(CommandError) -> NoticeReceipt {
        var receipt = NoticeReceipt()
        try write(as: .system) { (transaction) throws(CommandError) in
            receipt = try NoticeDecision.queue(batch, transaction)
        }
        return receipt
    }

    /// Takes note of what became of deliveries.
    package func recordProgress(_ progress: DeliveryProgress) throws(CommandError) {
        try write(as: .system) { (transaction) throws(CommandError) in
            try NoticeDecision.record(progress, transaction)
        }
    }

    /// Writes what a failure of an after-hook has led to.
    package func fallBack(_ action: RuleAction) throws(CommandError) {
        try write(as: .system) { PluginDecision.act(action, $0) }
    }

    /// Takes up a source from the watched folder, which acts as the administrator `plugins`.
    package func loadPlugin(
        _ source: PluginSource, _ metadata: PluginMetadata
    ) throws(CommandError) -> Plugin {
        var plugin: Plugin?
        try write(as: .plugins) { (transaction) throws(CommandError) in
            plugin = try PluginDecision.load(source, metadata, isFromFile: true, transaction)
        }
        guard let plugin else { throw .notFound("plugin", source.name.text) }
        return plugin
    }

    /// The state in memory: plugins, versions without their sources, channels, cursors. As of the
    /// last decided event; the ledger's thread only.
    package var state: MarketState { store.state }

    func write(
        as caller: Caller, _ decide: (Transaction) throws(CommandError) -> Void
    ) throws(CommandError) {
        if let refusal = space.refusal { throw refusal }
        closeFullGroup()
        groupCommands += 1
        transaction.begin(caller: caller, now: time.now())
        transaction.beginCommand(nil, requestHash: 0)
        do throws(CommandError) {
            try decide(transaction)
            try EventSize.check(transaction.events)
        } catch {
            transaction.rollback()
            throw error
        }
        finish()
    }

    /// Does what other threads have left.
    func drainInbox() { for body in inbox.take() { body(self) } }

    /// Writes what the failures of rules in the last command have led to.
    func followRules() {
        guard let rules else { return }
        let actions = rules.takeActions()
        if !actions.isEmpty { pendingActions += actions }
        // They wait until the disk has room.
        if pendingActions.isEmpty || space.refusal != nil { return }
        for action in pendingActions {
            transaction.begin(caller: .system, now: time.now())
            transaction.beginCommand(nil, requestHash: 0)
            PluginDecision.act(action, transaction)
            if transaction.hasEvents { finish() }
        }
        pendingActions.removeAll()
    }

    /// Calls `body` as `onDurable`, beside whoever has that.
    package func observeDurable(_ body: @escaping ([Event], ReadView) -> Void) {
        durableObservers.append(body)
    }
}
