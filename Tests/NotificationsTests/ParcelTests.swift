import Basics
import Domain
import JSON
import Notifications
import Testing

@Suite struct ParcelTests {
    func notice() -> Notice {
        var notice = Notice(
            key: NoticeKey(channel: 7, sequence: 42), id: "H:1042/ops/late/0", rule: nil,
            event: 1042, time: Timestamp(milliseconds: 0), seq: 9)
        notice.eventType = .shipmentDelayed
        notice.about = "shipment/c-1"
        return notice
    }

    func text(_ parcel: Parcel) -> String {
        var buffer = ByteBuffer()
        buffer.appendCloudEvent(parcel)
        return String(decoding: buffer.array, as: UTF8.self)
    }

    @Test func aPlainRoute() {
        let parcel = Parcel(
            notice: notice(), channel: Identifier(literal: "ops"), history: "H",
            stations: [Identifier(literal: "luna-1")], event: Array(#"{"seq":1042}"#.utf8),
            actor: Identifier(literal: "pilot"))
        #expect(
            text(parcel)
                == #"{"specversion":"1.0","id":"H:1042/ops/late/0","source":"/entrepot/H","#
                + #""type":"entrepot.shipment.delayed","subject":"shipment/c-1","#
                + #""time":"1970-01-01T00:00:00.000Z","datacontenttype":"application/json","#
                + #""sequence":"00000000000000000042","actor":"pilot","data":{"channel":"ops","#
                + #""subject":"shipment.delayed shipment/c-1","text":"shipment.delayed "#
                + #"shipment/c-1\n\n1970-01-01T00:00:00.000Z\nStations: luna-1\nEvent: H:1042","#
                + #""data":null,"key":null,"stations":["luna-1"],"rule":null,"#
                + #""event":{"seq":1042}}}"#)
    }

    @Test func aRulesNotice() throws {
        var notice = notice()
        notice.rule = RuleReference(
            name: Identifier(literal: "late"), version: "1.0@3fa9c1d2", hook: "on")
        notice.subject = "Late \"again\""
        notice.text = "c-1\nis late"
        notice.data = #"{"n":1}"#
        notice.orderKey = "c-1"
        let parcel = Parcel(notice: notice, channel: Identifier(literal: "ops"), history: "H")
        let value = try JSONReader.parse(text(parcel).utf8.span)
        #expect(value["data"]?["subject"]?.string == "Late \"again\"")
        #expect(value["data"]?["text"]?.string == "c-1\nis late")
        #expect(value["data"]?["data"]?["n"]?.int64 == 1)
        #expect(value["data"]?["key"]?.string == "c-1")
        #expect(value["data"]?["rule"]?["version"]?.string == "1.0@3fa9c1d2")
        #expect(value["data"]?["event"]?.isNull == true)
    }

    @Test func timersAndTests() throws {
        var timer = notice()
        timer.eventType = nil
        timer.about = nil
        timer.event = 0
        let parcel = Parcel(notice: timer, channel: Identifier(literal: "ops"), history: "H")
        #expect(parcel.type == "entrepot.notice")
        #expect(parcel.subject == "Notice")
        let value = try JSONReader.parse(text(parcel).utf8.span)
        #expect(value["subject"]?.string == "channel/ops")
        #expect(value["actor"]?.string == "system")
        timer.key = NoticeKey(channel: 7, sequence: 0)
        let test = Parcel(notice: timer, channel: Identifier(literal: "ops"), history: "H")
        #expect(test.type == "entrepot.test")
        #expect(test.isTest)
    }
}
