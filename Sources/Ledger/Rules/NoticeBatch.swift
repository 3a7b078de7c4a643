package import Domain

/// A notice as a rule or a route gives it, before it has a place in the outbox.
package struct NoticeDraft: Sendable {
    /// The channel's name.
    package var channel: Identifier
    /// nil for a plain route.
    package var rule: RuleReference?
    /// Whose rule it is; nil for `*`, which may use every channel.
    package var station: StationNumber?
    /// The event it is about; 0: a timer.
    package var event: UInt64
    package var eventType: EventType?
    /// That event's subject, such as `shipment/c-1`.
    package var about: String?
    package var stations: [StationNumber] = []
    package var subject: String?
    package var text: String?
    /// A JSON value.
    package var data: String?
    package var orderKey: String?
    /// When the timer ran, or the event's time.
    package var time: Timestamp

    package init(
        channel: Identifier, rule: RuleReference?, station: StationNumber?, event: UInt64,
        time: Timestamp
    ) {
        self.channel = channel
        self.rule = rule
        self.station = station
        self.event = event
        self.time = time
    }
}

/// What a runner of hooks has found out: written as one transaction.
package struct NoticeBatch: Sendable {
    /// The place that it has reached.
    package var cursor: HookCursor?
    /// The plugin's table after it, where it changed; its seq is set by the ledger.
    package var state: PluginState?
    /// All notices of one event and rule are in the same batch: their numbers make their ids.
    package var drafts: [NoticeDraft]

    package init(
        cursor: HookCursor?, state: PluginState? = nil, drafts: [NoticeDraft] = []
    ) {
        self.cursor = cursor
        self.state = state
        self.drafts = drafts
    }
}

/// What became of a batch.
package struct NoticeReceipt: Equatable, Sendable {
    package enum Refusal: Equatable, Sendable {
        case unknownChannel
        case disabledChannel
        /// The channel belongs to another station than the rule.
        case foreignChannel
    }

    package struct Refused: Equatable, Sendable {
        package let channel: Identifier
        package let rule: Identifier?
        package let reason: Refusal
    }

    package var queued = 0
    package var refused: [Refused] = []

    package init() {}
}

/// What a lane has found out: written as one transaction.
package struct DeliveryProgress: Sendable {
    /// Their seqs are set by the ledger.
    package var deliveries: [Delivery] = []
    /// Rows to take away. The newest row of a channel that is not removed stays: it keeps the
    /// count.
    package var removed: [NoticeKey] = []
    /// Notices that a log channel tells.
    package var logged: [Notice] = []
    /// Ends a channel's deliveries, with the reason.
    package var disabled: (channel: UInt32, reason: String)?

    package init() {}
}
