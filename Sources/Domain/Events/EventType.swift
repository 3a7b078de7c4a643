/// What an event tells. The numbers are on disk: never renumber, only add.
package enum EventType: UInt16, Sendable, CaseIterable {
    case tradeReserved = 1
    case tradeInitiated = 2
    case tradeCommitted = 3
    case tradePaid = 4
    case tradeCancelled = 5
    case tradeExpired = 6
    case tradeCompleted = 7
    case tradeRefunded = 8

    case shipmentCreated = 20
    case shipmentDispatched = 21
    case shipmentHeld = 22
    case shipmentResumed = 23
    case shipmentTracked = 24
    case shipmentRescheduled = 25
    case shipmentDelayed = 26
    case shipmentReceived = 27
    case shipmentDelivered = 28
    case shipmentCancelled = 29
    case shipmentLost = 30
    case shipmentReturned = 31

    case inventoryAdded = 40
    case inventoryRemoved = 41
    case inventoryAdjusted = 42
    case inventoryHeld = 43
    case inventoryReleased = 44
    case inventoryLow = 45
    case inventoryLimits = 46

    case stationAdded = 60
    case stationChanged = 61
    case stationClosed = 62
    case stationOpened = 63
    case itemAdded = 64
    case itemChanged = 65
    case shipAdded = 66
    case shipChanged = 67
    case shipTracked = 68
    case currencyAdded = 69
    case rateSet = 70

    case systemStarted = 90
    case systemPromoted = 91
    case systemDigest = 92
    case systemTimeAccepted = 93
    case systemAction = 94

    case pluginLoaded = 100
    case pluginMode = 101
    case pluginFailed = 102
    case pluginDisabled = 103
    case pluginRemoved = 104

    case channelAdded = 110
    case channelChanged = 111
    case channelRemoved = 112
    case channelDisabled = 113

    case noticeQueued = 120
    case noticeProgress = 121
    case noticeLogged = 122

    case userAdded = 130
    case userChanged = 131
    case userPassword = 132
    case userDisabled = 133
    case userEnabled = 134

    case tokenIssued = 140
    case tokenRefreshed = 141
    case tokenRevoked = 142
    case tokenRemoved = 143

    package var name: StaticString {
        switch self {
        case .tradeReserved: "trade.reserved"
        case .tradeInitiated: "trade.initiated"
        case .tradeCommitted: "trade.committed"
        case .tradePaid: "trade.paid"
        case .tradeCancelled: "trade.cancelled"
        case .tradeExpired: "trade.expired"
        case .tradeCompleted: "trade.completed"
        case .tradeRefunded: "trade.refunded"
        case .shipmentCreated: "shipment.created"
        case .shipmentDispatched: "shipment.dispatched"
        case .shipmentHeld: "shipment.held"
        case .shipmentResumed: "shipment.resumed"
        case .shipmentTracked: "shipment.tracked"
        case .shipmentRescheduled: "shipment.rescheduled"
        case .shipmentDelayed: "shipment.delayed"
        case .shipmentReceived: "shipment.received"
        case .shipmentDelivered: "shipment.delivered"
        case .shipmentCancelled: "shipment.cancelled"
        case .shipmentLost: "shipment.lost"
        case .shipmentReturned: "shipment.returned"
        case .inventoryAdded: "inventory.added"
        case .inventoryRemoved: "inventory.removed"
        case .inventoryAdjusted: "inventory.adjusted"
        case .inventoryHeld: "inventory.held"
        case .inventoryReleased: "inventory.released"
        case .inventoryLow: "inventory.low"
        case .inventoryLimits: "inventory.limits"
        case .stationAdded: "station.added"
        case .stationChanged: "station.changed"
        case .stationClosed: "station.closed"
        case .stationOpened: "station.opened"
        case .itemAdded: "item.added"
        case .itemChanged: "item.changed"
        case .shipAdded: "ship.added"
        case .shipChanged: "ship.changed"
        case .shipTracked: "ship.tracked"
        case .currencyAdded: "currency.added"
        case .rateSet: "rate.set"
        case .systemStarted: "system.started"
        case .systemPromoted: "system.promoted"
        case .systemDigest: "system.digest"
        case .systemTimeAccepted: "system.time_accepted"
        case .systemAction: "system.action"
        case .pluginLoaded: "plugin.loaded"
        case .pluginMode: "plugin.mode"
        case .pluginFailed: "plugin.failed"
        case .pluginDisabled: "plugin.disabled"
        case .pluginRemoved: "plugin.removed"
        case .channelAdded: "channel.added"
        case .channelChanged: "channel.changed"
        case .channelRemoved: "channel.removed"
        case .channelDisabled: "channel.disabled"
        case .noticeQueued: "notice.queued"
        case .noticeProgress: "notice.progress"
        case .noticeLogged: "notice.logged"
        case .userAdded: "user.added"
        case .userChanged: "user.changed"
        case .userPassword: "user.password"
        case .userDisabled: "user.disabled"
        case .userEnabled: "user.enabled"
        case .tokenIssued: "token.issued"
        case .tokenRefreshed: "token.refreshed"
        case .tokenRevoked: "token.revoked"
        case .tokenRemoved: "token.removed"
        }
    }

    /// Whether the pattern `*` leaves the event out.
    package var isOperational: Bool {
        switch self {
        case .systemStarted, .systemPromoted, .systemDigest, .systemTimeAccepted, .systemAction,
            .userAdded, .userChanged, .userPassword, .userDisabled, .userEnabled,
            .tokenIssued, .tokenRefreshed, .tokenRevoked, .tokenRemoved,
            .pluginLoaded, .pluginMode, .pluginFailed, .pluginDisabled, .pluginRemoved,
            .noticeQueued, .noticeProgress, .noticeLogged:
            true
        default: false
        }
    }

    /// Whether no feed, no hook and no page shows the event, so that their seqs have gaps: progress
    /// that only the server itself needs.
    package var isInternal: Bool {
        switch self {
        case .noticeQueued, .noticeProgress, .tokenRefreshed, .tokenRemoved: true
        default: false
        }
    }

    /// Whether only administrators see the event: who there is, and what administrators do. Rules
    /// never see it.
    package var isForAdmins: Bool {
        switch self {
        case .userAdded, .userChanged, .userPassword, .userDisabled, .userEnabled,
            .tokenIssued, .tokenRefreshed, .tokenRevoked, .tokenRemoved, .systemAction:
            true
        default: false
        }
    }
}
