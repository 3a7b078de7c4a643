/// What only some events of a plugin have.
package struct PluginDetails: Equatable, Sendable {
    /// The version that the event is about.
    package var version: VersionTag?
    package var hook: String?
    /// The trade in which it failed.
    package var trade: Identifier?
    package var error: String?
    /// What was done about a failure: `rolled back`, `trial ended`, `off`; nil: nothing.
    package var action: String?

    package init(version: VersionTag? = nil) { self.version = version }
}

/// The data of `plugin.*`.
package final class PluginChange: Sendable {
    package let before: Plugin?
    package let plugin: Plugin
    /// Of `plugin.loaded`: the version that is new, source and all; nil where it was there already.
    package let version: PluginVersion?
    package let details: PluginDetails

    package init(
        before: Plugin?, plugin: Plugin, version: PluginVersion? = nil,
        details: PluginDetails = PluginDetails()
    ) {
        self.before = before
        self.plugin = plugin
        self.version = version
        self.details = details
    }
}

/// The data of `channel.*`.
package final class ChannelChange: Sendable {
    package let before: Channel?
    package let channel: Channel

    package init(before: Channel?, channel: Channel) {
        self.before = before
        self.channel = channel
    }
}

/// The data of `notice.*`.
package final class NoticeChange: Sendable {
    package let cursors: [HookCursor]
    package let states: [PluginState]
    /// Of `notice.queued`: new rows. Of `notice.logged`: the one that is told.
    package let notices: [Notice]
    package let deliveries: [Delivery]
    /// Rows of the outbox that go.
    package let removed: [NoticeKey]
    /// Of `notice.logged`: the channel's name.
    package let channel: Identifier?

    package init(
        cursors: [HookCursor] = [], states: [PluginState] = [], notices: [Notice] = [],
        deliveries: [Delivery] = [], removed: [NoticeKey] = [], channel: Identifier? = nil
    ) {
        self.cursors = cursors
        self.states = states
        self.notices = notices
        self.deliveries = deliveries
        self.removed = removed
        self.channel = channel
    }
}
