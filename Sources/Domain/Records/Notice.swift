/// The place of a notice in the outbox: contiguous numbers per channel, from 1.
package struct NoticeKey: Hashable, Comparable, Sendable {
    package let channel: UInt32
    package let sequence: UInt64

    package init(channel: UInt32, sequence: UInt64) {
        self.channel = channel
        self.sequence = sequence
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.channel != right.channel
            ? left.channel < right.channel : left.sequence < right.sequence
    }
}

/// Something to tell through a channel; never changed once it is queued.
package struct Notice: Equatable, Sendable {
    package var key: NoticeKey
    /// The same for the same event, channel and rule, on every server and after every repeat.
    package var id: String
    /// nil for a plain route.
    package var rule: RuleReference?
    /// The event it is about; 0: a timer.
    package var event: UInt64
    package var eventType: EventType?
    /// That event's subject, such as `shipment/c-1`.
    package var about: String?
    /// The stations that it concerns.
    package var stations: [StationNumber]
    package var subject: String?
    package var text: String?
    /// A JSON value.
    package var data: String?
    /// Notices of one key are delivered in order.
    package var orderKey: String?
    /// When it was made.
    package var time: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(
        key: NoticeKey, id: String, rule: RuleReference?, event: UInt64, time: Timestamp,
        seq: UInt64
    ) {
        self.key = key
        self.id = id
        self.rule = rule
        self.event = event
        eventType = nil
        about = nil
        stations = []
        subject = nil
        text = nil
        data = nil
        orderKey = nil
        self.time = time
        self.seq = seq
        unknown = []
    }
}

/// The numbers are on disk: never renumber.
package enum DeliveryStatus: UInt8, Sendable, CaseIterable {
    /// Not tried yet, or to be tried anew.
    case queued = 1
    /// Failed, and tried again at `next`.
    case retrying = 2
    case delivered = 3
    /// Failed for good: in the dead-letter list.
    case dead = 4
    /// Given up by an operator.
    case dropped = 5

    package var name: StaticString {
        switch self {
        case .queued: "queued"
        case .retrying: "retrying"
        case .delivered: "delivered"
        case .dead: "dead"
        case .dropped: "dropped"
        }
    }

    /// Whether a lane still has to do with it.
    package var isOpen: Bool { self == .queued || self == .retrying }
}

/// What became of a notice. A notice without one was not tried yet.
package struct Delivery: Equatable, Sendable {
    package var key: NoticeKey
    package var status: DeliveryStatus
    package var attempts: Int64
    /// When it is tried again.
    package var next: Timestamp?
    /// What the far end answered last.
    package var lastStatus: Int64?
    package var lastError: String?
    package var updated: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    package init(
        key: NoticeKey, status: DeliveryStatus, attempts: Int64 = 0, updated: Timestamp,
        seq: UInt64 = 0
    ) {
        self.key = key
        self.status = status
        self.attempts = attempts
        next = nil
        lastStatus = nil
        lastError = nil
        self.updated = updated
        self.seq = seq
        unknown = []
    }
}
