import Basics
import Domain
import Storage
import Testing

@Suite("Stored values come back") struct RoundTripTests {
    @Test(arguments: CodecCase.all) func readingAndWritingAgain(_ sample: CodecCase) throws {
        #expect(try sample.again(sample.bytes) == sample.bytes)
    }

    @Test func trades() throws {
        for trade in [Samples.trade, Samples.fullTrade] + extremeTrades {
            let bytes = encoded { TradeCodec.encode(trade, into: &$0) }
            #expect(try TradeCodec.decode(bytes.span, key: trade.key) == trade)
        }
    }

    private var extremeTrades: [Trade] {
        [Int64.min, -1, 0, 1, .max].map { moment in
            var trade = Samples.trade
            trade.key = RecordKey(seq: .max, index: .max)
            trade.seq = 0
            trade.lines = []
            trade.total = 0
            trade.created = Timestamp(milliseconds: moment)
            trade.updated = Timestamp(milliseconds: .max)
            trade.expires = Timestamp(milliseconds: .min)
            trade.occurred = Timestamp(milliseconds: .max)
            trade.eta = Timestamp(milliseconds: .max)
            trade.shipments = [
                ShipmentReference(key: RecordKey(seq: 0), created: Timestamp(milliseconds: .min))
            ]
            trade.reference = ""
            trade.attributes = String(repeating: "\u{1f680}", count: 5_000)
            return trade
        }
    }

    @Test func shipments() throws {
        var orphan = Samples.shipment
        orphan.tradeID = nil
        var transfer = Samples.shipment
        transfer.trade = nil
        transfer.tradeID = nil
        var named = transfer
        named.tradeID = Samples.id("t-1")
        var chosen = Samples.shipment
        chosen.tradeID = chosen.trade?.serverChosenIdentifier(created: chosen.created)
        var extreme = Samples.shipment
        extreme.key = RecordKey(seq: 0, index: .max)
        extreme.created = Timestamp(milliseconds: .max)
        extreme.eta = Timestamp(milliseconds: .min)
        extreme.promised = Timestamp(milliseconds: .max)
        extreme.seq = .max
        for shipment in [
            Samples.shipment, Samples.fullShipment, orphan, transfer, named, chosen, extreme,
        ] {
            let bytes = encoded { ShipmentCodec.encode(shipment, into: &$0) }
            #expect(try ShipmentCodec.decode(bytes.span, key: shipment.key) == shipment)
        }
    }

    @Test func stock() throws {
        for stock in [
            Samples.stock, Samples.fullStock, Stock(station: .init(1), item: .init(1)),
        ] {
            let bytes = encoded { StockCodec.encode(stock, into: &$0) }
            #expect(try StockCodec.decode(bytes.span, key: stock.key) == stock)
        }
    }

    @Test func catalog() throws {
        for station in [
            Samples.station,
            Station(number: .init(.max), id: Samples.id("m"), created: Samples.created, seq: 0),
        ] {
            let bytes = encoded { StationCodec.encode(station, into: &$0) }
            #expect(try StationCodec.decode(bytes.span) == station)
        }
        for item in [Samples.item, Item(number: .init(1), id: Samples.id("i"), seq: 0)] {
            let bytes = encoded { ItemCodec.encode(item, into: &$0) }
            #expect(try ItemCodec.decode(bytes.span) == item)
        }
        for ship in [Samples.ship, Ship(number: .init(1), id: Samples.id("s"), seq: .max)] {
            let bytes = encoded { ShipCodec.encode(ship, into: &$0) }
            #expect(try ShipCodec.decode(bytes.span) == ship)
        }
        let currency = encoded { CurrencyCodec.encode(Samples.currency, into: &$0) }
        #expect(try CurrencyCodec.decode(currency.span) == Samples.currency)
        let rate = encoded { RateCodec.encode(Samples.rate, into: &$0) }
        #expect(try RateCodec.decode(rate.span) == Samples.rate)
    }

    @Test func features() throws {
        for plugin in [Samples.plugin, Samples.fullPlugin] {
            let bytes = encoded { PluginCodec.encode(plugin, into: &$0) }
            #expect(try PluginCodec.decode(bytes.span) == plugin)
        }
        for version in [Samples.pluginVersion, Samples.fullPluginVersion] {
            let bytes = encoded { PluginVersionCodec.encode(version, into: &$0) }
            #expect(try PluginVersionCodec.decode(bytes.span) == version)
        }
        for channel in [Samples.channel, Samples.fullChannel, Samples.mailChannel] {
            let bytes = encoded { ChannelCodec.encode(channel, into: &$0) }
            #expect(try ChannelCodec.decode(bytes.span) == channel)
        }
        for notice in [Samples.notice, Samples.fullNotice] {
            let bytes = encoded { NoticeCodec.encode(notice, into: &$0) }
            #expect(try NoticeCodec.decode(bytes.span, key: notice.key) == notice)
        }
        for delivery in [Samples.delivery, Samples.fullDelivery] {
            let bytes = encoded { DeliveryCodec.encode(delivery, into: &$0) }
            #expect(try DeliveryCodec.decode(bytes.span, key: delivery.key) == delivery)
        }
        let state = encoded { PluginStateCodec.encode(Samples.pluginState, into: &$0) }
        #expect(try PluginStateCodec.decode(state.span) == Samples.pluginState)
        let cursor = encoded { HookCursorCodec.encode(Samples.hookCursor, into: &$0) }
        #expect(try HookCursorCodec.decode(cursor.span) == Samples.hookCursor)
    }

    @Test func accounts() throws {
        for user in [Samples.user, Samples.fullUser, Samples.admin] {
            let bytes = encoded { UserCodec.encode(user, into: &$0) }
            #expect(try UserCodec.decode(bytes.span) == user)
        }
        for grant in [Samples.grant, Samples.fullGrant] {
            let bytes = encoded { GrantCodec.encode(grant, into: &$0) }
            #expect(try GrantCodec.decode(bytes.span) == grant)
        }
    }

    /// A user acts for all stations or for some.
    @Test func allStationsAndSome() {
        let bytes: [UInt8] = [1, 0x0a, 1, 0x61, 0x18, 1, 0x20, 1, 0x2a, 1, 0x62, 0x50, 0]
        #expect(throws: DecodingError.self) { try UserCodec.decode(bytes.span) }
    }

    @Test func events() throws {
        for (name, event) in Samples.events {
            let bytes = encoded { EventCodec.encode(event, into: &$0) }
            let again = try EventCodec.decode(bytes.span, seq: event.seq)
            // Every field of every record, as the mirror shows it; a rule's step is compared below.
            #expect(text(again) == text(event), "\(name)")
            let header = try EventCodec.decodeHeader(bytes.span, seq: event.seq)
            #expect(header.seq == event.seq && header.time == event.time)
            #expect(header.type == event.type)
            #expect(header.first == event.first && header.count == event.count)
        }
        let bytes = encoded { EventCodec.encode(Samples.tradeCancelled, into: &$0) }
        let again = try EventCodec.decode(bytes.span, seq: Samples.seq)
        guard case .trade(let before) = Samples.tradeCancelled.data,
            case .trade(let after) = again.data
        else { return #expect(Bool(false)) }
        #expect(before.steps == after.steps)
    }

    private func text(_ event: Event) -> String { "\(event)" }

    @Test func aFieldOfANewerEventIsSteppedOver() throws {
        let event = Samples.shipmentCreated
        let known = encoded { EventCodec.encode(event, into: &$0) }
        let newer = known + [0xba, 0x02, 0x01, 0x00]
        let again = try EventCodec.decode(newer.span, seq: event.seq)
        #expect(encoded { EventCodec.encode(again, into: &$0) } == known)
    }

    @Test func oneRecordOfAnEvent() throws {
        let event = Samples.shipmentReceived
        let body = encoded { EventCodec.encode(event, into: &$0) }
        let stock = Samples.fullStock
        let row = try EventCodec.stockChange(of: stock.key, in: body.span, seq: event.seq)
        #expect(row?.after == stock && row?.previous == 1 && row?.delta == .max)
        let trade = try EventCodec.tradeChange(
            of: Samples.trade.key, in: body.span, seq: event.seq)
        #expect(trade == RecordChange(after: Samples.trade, previous: event.seq - 1))
        let shipment = try EventCodec.shipmentChange(
            of: Samples.fullShipment.key, in: body.span, seq: event.seq)
        #expect(shipment == RecordChange(after: Samples.fullShipment, previous: 7))
        let other = RecordKey(seq: 3)
        #expect(try EventCodec.tradeChange(of: other, in: body.span, seq: event.seq) == nil)
        #expect(try EventCodec.shipmentChange(of: other, in: body.span, seq: event.seq) == nil)
        let elsewhere = StockKey(station: .init(9), item: .init(9))
        #expect(try EventCodec.stockChange(of: elsewhere, in: body.span, seq: event.seq) == nil)
    }
}
