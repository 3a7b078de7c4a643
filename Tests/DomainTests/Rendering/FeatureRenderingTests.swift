import Basics
import Domain
import Testing

@Suite("Rules, channels and notices as JSON") struct FeatureRenderingTests {
    private let samples = RenderingSamples()
    private var names: Names { samples.names }

    private func tag(_ number: UInt64, _ declared: String) -> VersionTag {
        VersionTag(digest: Digest128(high: number << 32, low: 1), declared: declared)
    }

    private var plugin: Plugin {
        var plugin = Plugin(name: samples.id("bulk"), created: samples.created, seq: 1_042)
        plugin.live = tag(0x3fa9_c1d2, "1.2.0")
        plugin.candidate = tag(0xab, "1.3.0")
        plugin.trial = .canary(percent: 20)
        plugin.station = .init(1)
        return plugin
    }

    private var version: PluginVersion {
        var version = PluginVersion(
            plugin: samples.id("bulk"), tag: tag(0x3fa9_c1d2, "1.2.0"), source: "return {}",
            author: samples.id("ada"), time: samples.created, station: .init(1),
            onError: .skip, seq: 9)
        version.hooks = ["pricing"]
        return version
    }

    @Test func plugins() {
        #expect(
            rendered { $0.appendJSON(plugin, version: version, names: names) }
                == #"""
                {"name":"bulk","mode":"canary","percent":20,"live":"1.2.0@3fa9c1d2",\#
                "candidate":"1.3.0@000000ab","previous":null,"station":"luna-1","priority":50,\#
                "on_error":"skip","hooks":["pricing"],"description":null,\#
                "created":"2026-11-18T11:06:40.000Z","updated":"2026-11-18T11:06:40.000Z",\#
                "removed":false,"seq":1042}
                """#)
        #expect(
            rendered { $0.appendJSON(version, of: plugin, names: names) }
                == #"""
                {"version":"1.2.0@3fa9c1d2","declared":"1.2.0",\#
                "digest":"3fa9c1d2000000000000000000000001","use":"live","station":"luna-1",\#
                "priority":50,"on_error":"skip","hooks":["pricing"],"description":null,\#
                "author":"ada","time":"2026-11-18T11:06:40.000Z","file":false,"seq":9}
                """#)
    }

    @Test func pluginEvents() {
        var details = PluginDetails(version: tag(0x3fa9_c1d2, "1.2.0"))
        details.hook = "pricing"
        details.trade = samples.id("t-1")
        details.error = "boom"
        details.action = "off"
        var before = plugin
        before.trial = .off
        let change = PluginChange(
            before: before, plugin: plugin, version: version, details: details)
        #expect(
            samples.data(.pluginFailed, .plugin(change))
                == #"""
                {"name":"bulk","version":"1.2.0@3fa9c1d2","mode":"canary","previous":"live",\#
                "hook":"pricing","trade":"t-1","error":"boom","action":"off"}
                """#)
        let whole = rendered {
            $0.appendJSON(
                samples.event(.pluginFailed, .plugin(change)), history: "H", names: names)
        }
        #expect(whole.range(of: #""subject":"plugin/bulk","stations":["luna-1"]"#) != nil)
        #expect(whole.range(of: "return {}") == nil)
    }

    private var channel: Channel {
        var channel = Channel(
            number: 1, id: samples.id("ops"), kind: .webhook, created: samples.created, seq: 7)
        channel.url = "https://example.org/x"
        channel.secrets = ["geheim-1", "geheim-2"]
        channel.routes = [.init(pattern: "trade.*", station: .init(2))]
        return channel
    }

    @Test func channels() {
        #expect(
            rendered { $0.appendJSON(channel, names: names) }
                == #"""
                {"id":"ops","kind":"webhook","url":"https://example.org/x","secrets":2,"to":null,\#
                "station":null,"digest_seconds":null,"subject":null,"text":null,\#
                "status":"enabled","reason":null,\#
                "routes":[{"pattern":"trade.*","station":"mars-2"}],\#
                "created":"2026-11-18T11:06:40.000Z","updated":"2026-11-18T11:06:40.000Z","seq":7}
                """#)
        var mail = channel
        mail.recipients = .addresses(["a@b.c", "d@e.f"])
        let text = rendered { $0.appendJSON(mail, names: names) }
        #expect(text.range(of: #""to":["a@b.c","d@e.f"]"#) != nil)
        let data = samples.data(
            .channelAdded, .channel(ChannelChange(before: nil, channel: channel)))
        #expect(data.hasPrefix(#"{"before":null,"after":{"id":"ops","#))
        #expect(data.range(of: "geheim") == nil)
    }

    @Test func notices() {
        var notice = Notice(
            key: NoticeKey(channel: 1, sequence: 3), id: "H:9.ops.late.0",
            rule: RuleReference(
                name: samples.id("late"), version: "1@2", hook: "on:shipment.delayed"),
            event: 9, time: samples.created, seq: 11)
        notice.eventType = .shipmentDelayed
        notice.about = "shipment/c-1"
        notice.stations = [.init(1), .init(2)]
        notice.subject = "late \"again\""
        notice.data = #"{"n":1}"#
        let body = #"""
            "rule":"late","version":"1@2","hook":"on:shipment.delayed","event":9,\#
            "type":"shipment.delayed","about":"shipment/c-1","stations":["luna-1","mars-2"],\#
            "key":null,"subject":"late \"again\"","text":null,"data":{"n":1},\#
            "time":"2026-11-18T11:06:40.000Z"
            """#
        let ops = samples.id("ops")
        #expect(
            rendered { $0.appendJSON(notice, nil, channel: ops, names: names) }
                == #"{"id":"H:9.ops.late.0","channel":"ops","sequence":3,"status":"queued","#
                + #""attempts":0,"next":null,"last_status":null,"last_error":null,"# + body
                + #","updated":"2026-11-18T11:06:40.000Z","seq":11}"#)
        let logged = NoticeChange(notices: [notice], channel: ops)
        #expect(
            samples.data(.noticeLogged, .notices(logged))
                == #"{"id":"H:9.ops.late.0","channel":"ops","sequence":3,"# + body + "}")
    }

    @Test func inputsOfARuleStandAtItsEnd() {
        var event = samples.event(
            .tradeInitiated, .trade(TradeChange(trade: samples.trade, previous: 0)))
        event.cause.rules = [
            RuleReference(
                name: samples.id("tax"), version: "3", hook: "validate", inputs: #"{"a":1}"#)
        ]
        let text = rendered { $0.appendJSON(event, history: "H", names: names) }
        #expect(
            text.range(
                of: #"[{"name":"tax","version":"3","hook":"validate","inputs":{"a":1}}]"#) != nil)
    }

    @Test func whichEventsAreShown() {
        for type in EventType.allCases {
            let name = "\(type.name)"
            let internals = [
                "notice.queued", "notice.progress", "token.refreshed", "token.removed",
            ]
            #expect(type.isInternal == internals.contains(name))
            let families = ["system.", "plugin.", "notice.", "user.", "token."]
            #expect(
                type.isOperational == families.contains { name.hasPrefix($0) }, "\(name)")
            let isForAdmins =
                ["user.", "token."].contains { name.hasPrefix($0) } || name == "system.action"
            #expect(type.isForAdmins == isForAdmins, "\(name)")
        }
    }
}
