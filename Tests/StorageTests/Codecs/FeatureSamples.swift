import Basics
import Domain
import Storage

/// Rules, channels and notices.
extension Samples {
    static func tag(_ number: UInt64, _ declared: String) -> VersionTag {
        VersionTag(digest: Digest128(high: number, low: ~number), declared: declared)
    }

    static var plugin: Plugin {
        var plugin = Plugin(name: id("bulk"), created: created, seq: seq)
        plugin.candidate = tag(1, "1.0.0")
        return plugin
    }

    static var fullPlugin: Plugin {
        var plugin = plugin
        plugin.live = tag(2, "2.0.0")
        plugin.candidate = tag(3, "3.0.0-β")
        plugin.trial = .canary(percent: 99)
        plugin.previous = tag(.max, "")
        plugin.file = Digest128(high: 7, low: 8)
        plugin.station = .init(9)
        plugin.isRemoved = true
        plugin.updated = Timestamp(milliseconds: created.milliseconds - 5)
        plugin.unknown = [0x60, 1]
        return plugin
    }

    static var pluginVersion: PluginVersion {
        PluginVersion(
            plugin: id("bulk"), tag: tag(1, "1.0.0"), source: "return {}", author: id("local"),
            time: created, station: nil, onError: .skip, seq: seq)
    }

    static var fullPluginVersion: PluginVersion {
        var version = pluginVersion
        version.source = "-- \u{20ac}\nreturn { }"
        version.station = .init(300)
        version.onError = .reject
        version.priority = -3
        version.hooks = ["pricing", "on:trade.*", ""]
        version.description = "5 % off"
        version.isFromFile = true
        version.unknown = [0x68, 1]
        return version
    }

    static var pluginState: PluginState {
        PluginState(plugin: id("bulk"), json: #"{"n":1}"#, seq: seq)
    }

    static var hookCursor: HookCursor {
        HookCursor(
            owner: HookCursor.routes, seq: seq,
            timers: [
                .init(every: 3_600_000, last: created),
                .init(every: 1, last: Timestamp(milliseconds: -1)),
            ])
    }

    static var channel: Channel {
        Channel(number: 1, id: id("ops"), kind: .log, created: created, seq: seq)
    }

    static var fullChannel: Channel {
        var channel = Channel(number: .max, id: id("ops"), kind: .webhook, created: created, seq: 0)
        channel.url = "https://example.org/hook"
        channel.secrets = ["whsec_bmV3", "whsec_b2xk"]
        channel.recipients = .addresses(["a@example.org", "b@example.org"])
        channel.station = .init(2)
        channel.digestMilliseconds = 60_000
        channel.subject = "{type}"
        channel.text = "{text}"
        channel.status = .disabled
        channel.reason = "410"
        channel.routes = [
            .init(pattern: "shipment.delayed", station: .init(2)),
            .init(pattern: "*", station: nil),
        ]
        channel.isRemoved = true
        channel.updated = Timestamp(milliseconds: created.milliseconds + 5)
        channel.unknown = [0x98, 1, 1]
        return channel
    }

    static var mailChannel: Channel {
        var channel = Channel(number: 3, id: id("mail"), kind: .mail, created: created, seq: seq)
        channel.recipients = .stations
        return channel
    }

    static let noticeKey = NoticeKey(channel: 3, sequence: 1 << 40)

    static var notice: Notice {
        Notice(key: noticeKey, id: "h:5.ops.route.0", rule: nil, event: 5, time: created, seq: seq)
    }

    static var fullNotice: Notice {
        var notice = notice
        notice.rule = RuleReference(
            name: id("bulk"), version: "1@2", hook: "on:trade.paid", inputs: "{}")
        notice.event = 0
        notice.eventType = .tradePaid
        notice.about = "trade/t-1"
        notice.stations = [.init(1), .init(.max)]
        notice.subject = "subject"
        notice.text = "text \u{1f680}"
        notice.data = #"{"a":[1]}"#
        notice.orderKey = "k"
        notice.unknown = [0x68, 1]
        return notice
    }

    static var delivery: Delivery {
        Delivery(key: noticeKey, status: .queued, updated: created, seq: seq)
    }

    static var fullDelivery: Delivery {
        var delivery = Delivery(key: noticeKey, status: .dead, attempts: 9, updated: created)
        delivery.next = Timestamp(milliseconds: created.milliseconds - 1)
        delivery.lastStatus = -503
        delivery.lastError = "refused"
        delivery.unknown = [0x40, 1]
        return delivery
    }

    static var featureEvents: [(name: String, event: Event)] {
        var details = PluginDetails(version: tag(1, "1.0.0"))
        details.hook = "pricing"
        details.trade = id("t-1")
        details.error = "boom"
        details.action = "off"
        let notices = NoticeChange(
            cursors: [hookCursor], states: [pluginState], notices: [notice, fullNotice],
            deliveries: [delivery, fullDelivery],
            removed: [noticeKey, NoticeKey(channel: 1, sequence: 1)])
        return [
            (
                "plugin.loaded", .pluginLoaded,
                .plugin(
                    PluginChange(before: nil, plugin: plugin, version: fullPluginVersion))
            ),
            (
                "plugin.failed", .pluginFailed,
                .plugin(PluginChange(before: plugin, plugin: fullPlugin, details: details))
            ),
            (
                "channel.added", .channelAdded,
                .channel(ChannelChange(before: nil, channel: fullChannel))
            ),
            (
                "channel.changed", .channelChanged,
                .channel(ChannelChange(before: channel, channel: mailChannel))
            ),
            ("notice.queued", .noticeQueued, .notices(notices)),
            ("notice.progress", .noticeProgress, .notices(NoticeChange())),
            (
                "notice.logged", .noticeLogged,
                .notices(NoticeChange(notices: [fullNotice], channel: id("ops")))
            ),
        ].map { (name: String, type: EventType, data: EventData) in
            (name, event(type, data, command: nil))
        }
    }
}

extension CodecCase {
    static var features: [CodecCase] {
        plugins + channels + [
            CodecCase(
                name: "plugin state",
                bytes: encoded { PluginStateCodec.encode(Samples.pluginState, into: &$0) },
                again: { bytes in
                    let state = try PluginStateCodec.decode(bytes.span)
                    return encoded { PluginStateCodec.encode(state, into: &$0) }
                }),
            CodecCase(
                name: "hook cursor",
                bytes: encoded { HookCursorCodec.encode(Samples.hookCursor, into: &$0) },
                again: { bytes in
                    let cursor = try HookCursorCodec.decode(bytes.span)
                    return encoded { HookCursorCodec.encode(cursor, into: &$0) }
                }),
        ] + outbox
    }

    private static var plugins: [CodecCase] {
        [("plugin", Samples.plugin), ("full plugin", Samples.fullPlugin)].map { name, plugin in
            CodecCase(
                name: name, bytes: encoded { PluginCodec.encode(plugin, into: &$0) },
                again: { bytes in
                    let plugin = try PluginCodec.decode(bytes.span)
                    return encoded { PluginCodec.encode(plugin, into: &$0) }
                })
        }
            + [
                ("plugin version", Samples.pluginVersion),
                ("full plugin version", Samples.fullPluginVersion),
            ].map { name, version in
                CodecCase(
                    name: name, bytes: encoded { PluginVersionCodec.encode(version, into: &$0) },
                    again: { bytes in
                        let version = try PluginVersionCodec.decode(bytes.span)
                        return encoded { PluginVersionCodec.encode(version, into: &$0) }
                    })
            }
    }

    private static var channels: [CodecCase] {
        [
            ("channel", Samples.channel), ("full channel", Samples.fullChannel),
            ("mail channel", Samples.mailChannel),
        ].map { name, channel in
            CodecCase(
                name: name, bytes: encoded { ChannelCodec.encode(channel, into: &$0) },
                again: { bytes in
                    let channel = try ChannelCodec.decode(bytes.span)
                    return encoded { ChannelCodec.encode(channel, into: &$0) }
                })
        }
    }

    private static var outbox: [CodecCase] {
        let key = Samples.noticeKey
        return [("notice", Samples.notice), ("full notice", Samples.fullNotice)].map {
            name, notice in
            CodecCase(
                name: name, bytes: encoded { NoticeCodec.encode(notice, into: &$0) },
                again: { bytes in
                    let notice = try NoticeCodec.decode(bytes.span, key: key)
                    return encoded { NoticeCodec.encode(notice, into: &$0) }
                })
        }
            + [("delivery", Samples.delivery), ("full delivery", Samples.fullDelivery)].map {
                name, delivery in
                CodecCase(
                    name: name, bytes: encoded { DeliveryCodec.encode(delivery, into: &$0) },
                    again: { bytes in
                        let delivery = try DeliveryCodec.decode(bytes.span, key: key)
                        return encoded { DeliveryCodec.encode(delivery, into: &$0) }
                    })
            }
    }
}
