/// How a channel delivers. The numbers are on disk: never renumber.
package enum ChannelKind: UInt8, Sendable, CaseIterable {
    case webhook = 1
    case mail = 2
    /// The event `notice.logged`.
    case log = 3

    package var name: StaticString {
        switch self {
        case .webhook: "webhook"
        case .mail: "mail"
        case .log: "log"
        }
    }
}

/// The numbers are on disk: never renumber.
package enum ChannelStatus: UInt8, Sendable, CaseIterable {
    case enabled = 1
    /// Nothing is queued and nothing delivered.
    case disabled = 2

    package var name: StaticString {
        switch self {
        case .enabled: "enabled"
        case .disabled: "disabled"
        }
    }
}

/// Whom a mail goes to.
package enum MailRecipients: Equatable, Sendable {
    case none
    case addresses([String])
    /// The users who act for the event's stations.
    case stations
}

/// Where notices go.
package struct Channel: Equatable, Sendable {
    /// Events of a type that go to the channel without a rule.
    package struct Route: Hashable, Sendable {
        /// A type, or a glob pattern of types.
        package var pattern: String
        /// Only events that concern it; nil: all.
        package var station: StationNumber?

        package init(pattern: String, station: StationNumber?) {
            self.pattern = pattern
            self.station = station
        }
    }

    /// Given in order from 1 and never reused, also where a name comes again.
    package var number: UInt32
    package var id: Identifier
    package var kind: ChannelKind
    package var url: String?
    /// Private. Newest first; two while they are rotated.
    package var secrets: [String]
    package var recipients: MailRecipients
    /// Whose rules may send through it; nil: all.
    package var station: StationNumber?
    /// How long notices are gathered for one mail; nil: one mail each.
    package var digestMilliseconds: Int64?
    /// Templates; nil: the notice's own.
    package var subject: String?
    package var text: String?
    package var status: ChannelStatus
    /// Why it is disabled.
    package var reason: String?
    package var routes: [Route]
    /// Removed: a new channel of that name gets another number.
    package var isRemoved: Bool
    package var created: Timestamp
    package var updated: Timestamp
    package var seq: UInt64
    package var unknown: [UInt8]

    /// The most channels, and the most routes and addresses of one.
    package static let limit = 256
    package static let routeLimit = 64
    package static let addressLimit = 32

    package init(
        number: UInt32, id: Identifier, kind: ChannelKind, created: Timestamp, seq: UInt64
    ) {
        self.number = number
        self.id = id
        self.kind = kind
        url = nil
        secrets = []
        recipients = .none
        station = nil
        digestMilliseconds = nil
        subject = nil
        text = nil
        status = .enabled
        reason = nil
        routes = []
        isRemoved = false
        self.created = created
        updated = created
        self.seq = seq
        unknown = []
    }
}
