/// One entry of the log: what happened, and all that is needed to apply it.
///
/// An event holds figures after it, prices, ids and times, so that applying is a pure function of
/// the state and the event: the same code on the leader, in replay and in verification.
package struct Event: Sendable {
    package var seq: UInt64
    package var time: Timestamp
    package var type: EventType
    /// The transaction it belongs to: consecutive seqs from `first`, `count` of them.
    package var first: UInt64
    package var count: UInt32
    package var actor: Identifier
    package var cause: Cause
    /// The client-chosen trade or shipment id that the event claims.
    package var identity: RequestIdentity?
    /// The idempotency key that the event claims (`KEY k`).
    package var key: RequestIdentity?
    package var data: EventData

    package init(
        seq: UInt64, time: Timestamp, type: EventType, first: UInt64, count: UInt32,
        actor: Identifier, cause: Cause, identity: RequestIdentity? = nil,
        key: RequestIdentity? = nil, data: EventData
    ) {
        self.seq = seq
        self.time = time
        self.type = type
        self.first = first
        self.count = count
        self.actor = actor
        self.cause = cause
        self.identity = identity
        self.key = key
        self.data = data
    }
}

/// What made an event happen.
package struct Cause: Equatable, Sendable {
    /// The command in canonical words, such as `TRADE CREATE`; nil for the leader's own clock.
    package var command: CommandVerb?
    /// The rules that took part, with the version of each.
    package var rules: [RuleReference]

    @inlinable package init(
        command: CommandVerb?, rules: [RuleReference] = []
    ) {
        self.command = command
        self.rules = rules
    }
}

/// A rule as an event names it.
package struct RuleReference: Equatable, Sendable {
    package var name: Identifier
    package var version: String
    package var hook: String
    /// What `validate` and `eta` read, as a JSON object; a price's inputs are in its step.
    package var inputs: String?

    package init(name: Identifier, version: String, hook: String, inputs: String? = nil) {
        self.name = name
        self.version = version
        self.hook = hook
        self.inputs = inputs
    }
}

/// The write commands an event can be caused by. The numbers are on disk: never renumber.
package enum CommandVerb: UInt8, Sendable, CaseIterable {
    case stationAdd = 1
    case stationSet = 2
    case stationClose = 3
    case stationOpen = 4
    case itemAdd = 5
    case itemSet = 6
    case shipAdd = 7
    case shipSet = 8
    case shipTrack = 9
    case currencyAdd = 10
    case rateSet = 11
    case inventoryAdd = 12
    case inventoryRemove = 13
    case inventoryAdjust = 14
    case inventoryHold = 15
    case inventoryRelease = 16
    case inventoryLimits = 17
    case tradeCreate = 18
    case tradeReserve = 19
    case tradeCommit = 20
    case tradeCancel = 21
    case tradePay = 22
    case cargoCreate = 23
    case cargoDispatch = 24
    case cargoTrack = 25
    case cargoHold = 26
    case cargoResume = 27
    case cargoETA = 28
    case cargoDeliver = 29
    case cargoCancel = 30
    case cargoLose = 31
    case cargoReturn = 32
    case timeAccept = 33
    case cargoUpdate = 34
    case inventoryClear = 35
    case pluginLoad = 40
    case pluginMode = 41
    case pluginRollback = 42
    case pluginRemove = 43
    case channelAdd = 50
    case channelSet = 51
    case channelRemove = 52
    case channelRoute = 53
    case channelUnroute = 54
    case channelRedeliver = 55
    case channelDrop = 56
    case userAdd = 60
    case userSet = 61
    case userPassword = 62
    case userDisable = 63
    case userEnable = 64
    case tokenIssue = 70
    case tokenRevoke = 71

    package var name: StaticString {
        switch self {
        case .stationAdd: "STATION ADD"
        case .stationSet: "STATION SET"
        case .stationClose: "STATION CLOSE"
        case .stationOpen: "STATION OPEN"
        case .itemAdd: "ITEM ADD"
        case .itemSet: "ITEM SET"
        case .shipAdd: "SHIP ADD"
        case .shipSet: "SHIP SET"
        case .shipTrack: "SHIP TRACK"
        case .currencyAdd: "CURRENCY ADD"
        case .rateSet: "RATE SET"
        case .inventoryAdd: "INVENTORY ADD"
        case .inventoryRemove: "INVENTORY REMOVE"
        case .inventoryAdjust: "INVENTORY ADJUST"
        case .inventoryHold: "INVENTORY HOLD"
        case .inventoryRelease: "INVENTORY RELEASE"
        case .inventoryLimits: "INVENTORY LIMITS"
        case .tradeCreate: "TRADE CREATE"
        case .tradeReserve: "TRADE RESERVE"
        case .tradeCommit: "TRADE COMMIT"
        case .tradeCancel: "TRADE CANCEL"
        case .tradePay: "TRADE PAY"
        case .cargoCreate: "CARGO CREATE"
        case .cargoDispatch: "CARGO DISPATCH"
        case .cargoTrack: "CARGO TRACK"
        case .cargoHold: "CARGO HOLD"
        case .cargoResume: "CARGO RESUME"
        case .cargoETA: "CARGO ETA"
        case .cargoDeliver: "CARGO DELIVER"
        case .cargoCancel: "CARGO CANCEL"
        case .cargoLose: "CARGO LOSE"
        case .cargoReturn: "CARGO RETURN"
        case .timeAccept: "TIME ACCEPT"
        case .cargoUpdate: "CARGO UPDATE"
        case .inventoryClear: "INVENTORY CLEAR"
        case .pluginLoad: "PLUGIN LOAD"
        case .pluginMode: "PLUGIN MODE"
        case .pluginRollback: "PLUGIN ROLLBACK"
        case .pluginRemove: "PLUGIN REMOVE"
        case .channelAdd: "CHANNEL ADD"
        case .channelSet: "CHANNEL SET"
        case .channelRemove: "CHANNEL REMOVE"
        case .channelRoute: "CHANNEL ROUTE"
        case .channelUnroute: "CHANNEL UNROUTE"
        case .channelRedeliver: "CHANNEL REDELIVER"
        case .channelDrop: "CHANNEL DROP"
        case .userAdd: "USER ADD"
        case .userSet: "USER SET"
        case .userPassword: "USER PASSWD"
        case .userDisable: "USER DISABLE"
        case .userEnable: "USER ENABLE"
        case .tokenIssue: "TOKEN ISSUE"
        case .tokenRevoke: "TOKEN REVOKE"
        }
    }
}
