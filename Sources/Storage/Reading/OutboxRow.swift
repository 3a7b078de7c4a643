package import Domain

/// A notice as the outbox holds it.
package struct OutboxRow: Sendable {
    package var notice: Notice
    /// nil: it was not tried yet.
    package var delivery: Delivery?

    package init(notice: Notice, delivery: Delivery?) {
        self.notice = notice
        self.delivery = delivery
    }

    package var key: NoticeKey { notice.key }
    package var status: DeliveryStatus { delivery?.status ?? .queued }
}

/// How many notices of a channel are where.
package struct OutboxCounts: Equatable, Sendable {
    package var queued = 0
    package var retrying = 0
    package var delivered = 0
    package var dead = 0
    package var dropped = 0
    /// When the oldest that is still open was made.
    package var oldest: Timestamp?

    package init() {}

    package mutating func add(_ row: borrowing OutboxRow) {
        switch row.status {
        case .queued: queued += 1
        case .retrying: retrying += 1
        case .delivered: delivered += 1
        case .dead: dead += 1
        case .dropped: dropped += 1
        }
        if row.status.isOpen { oldest = min(oldest ?? row.notice.time, row.notice.time) }
    }
}
