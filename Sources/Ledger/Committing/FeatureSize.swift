import Domain

/// Bounds for the events of rules, channels, notices and accounts: no event is longer than this
/// says.
enum FeatureSize {
    private static let head = 512

    static func bound(_ data: EventData) -> Int {
        switch data {
        case .plugin(let change):
            return 2 * head + bound(change.plugin) + (change.before.map { bound($0) } ?? 0)
                + (change.version.map { bound($0) } ?? 0) + bound(change.details)
        case .channel(let change):
            return bound(change.channel) + (change.before.map { bound($0) } ?? 0)
        case .notices(let change):
            var sum = head + change.removed.count * 32
            for cursor in change.cursors { sum += bound(cursor) }
            for state in change.states { sum += bound(state) }
            for notice in change.notices { sum += bound(notice) }
            for delivery in change.deliveries { sum += bound(delivery) }
            return sum
        case .user(let change):
            return bound(change.user) + (change.before.map { bound($0) } ?? 0)
        case .grant(let change):
            return (change.grant.map { bound($0) } ?? 0) + (change.before.map { bound($0) } ?? 0)
                + change.removed.count * 68 + bound(change.reason)
        default: return head
        }
    }

    private static func bound(_ text: String?) -> Int { text.map { $0.utf8.count + 12 } ?? 0 }

    private static func bound(_ plugin: Plugin) -> Int {
        head + bound(plugin.live?.declared) + bound(plugin.candidate?.declared)
            + bound(plugin.previous?.declared) + plugin.unknown.count
    }

    private static func bound(_ version: PluginVersion) -> Int {
        head + bound(version.tag.declared) + bound(version.source) + bound(version.description)
            + version.hooks.reduce(0) { $0 + bound($1) } + version.unknown.count
    }

    private static func bound(_ details: PluginDetails) -> Int {
        head + bound(details.version?.declared) + bound(details.hook) + bound(details.error)
            + bound(details.action)
    }

    private static func bound(_ channel: Channel) -> Int {
        var sum = head + bound(channel.url) + bound(channel.subject) + bound(channel.text)
        for secret in channel.secrets { sum += bound(secret) }
        if case .addresses(let addresses) = channel.recipients {
            for address in addresses { sum += bound(address) }
        }
        for route in channel.routes { sum += 24 + bound(route.pattern) }
        return sum + bound(channel.reason) + channel.unknown.count
    }

    private static func bound(_ user: User) -> Int {
        head + bound(user.passwordHash) + (user.stations?.count ?? 0) * 68
            + bound(user.designation) + bound(user.email) + bound(user.attributes)
            + user.unknown.count
    }

    private static func bound(_ grant: Grant) -> Int {
        head + bound(grant.name) + grant.unknown.count
    }

    static func bound(_ cursor: HookCursor) -> Int {
        head + cursor.timers.count * 32 + cursor.unknown.count
    }

    static func bound(_ state: PluginState) -> Int {
        head + bound(state.json) + state.unknown.count
    }

    static func bound(_ notice: Notice) -> Int {
        head + bound(notice.id) + bound(notice.rule?.version) + bound(notice.rule?.hook)
            + bound(notice.rule?.inputs) + bound(notice.about) + notice.stations.count * 12
            + bound(notice.subject) + bound(notice.text) + bound(notice.data)
            + bound(notice.orderKey) + notice.unknown.count
    }

    static func bound(_ delivery: Delivery) -> Int {
        head + bound(delivery.lastError) + delivery.unknown.count
    }
}
