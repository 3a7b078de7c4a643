import Basics
import Domain
import Storage
import Testing

/// A stored value, and how it is read and written again.
struct CodecCase: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Reads the bytes and writes what was read.
    let again: @Sendable ([UInt8]) throws -> [UInt8]

    var testDescription: String { name }

    static let records: [CodecCase] =
        trades + shipments + stocks + catalog + features
        + accounts

    static let events: [CodecCase] = Samples.events.map { name, event in
        let seq = event.seq
        return CodecCase(
            name: name, bytes: encoded { EventCodec.encode(event, into: &$0) },
            again: { bytes in
                let event = try EventCodec.decode(bytes.span, seq: seq)
                return encoded { EventCodec.encode(event, into: &$0) }
            })
    }

    static let all = records + events

    private static var trades: [CodecCase] {
        [("trade", Samples.trade), ("full trade", Samples.fullTrade)].map { name, trade in
            let key = trade.key
            return CodecCase(
                name: name, bytes: encoded { TradeCodec.encode(trade, into: &$0) },
                again: { bytes in
                    let trade = try TradeCodec.decode(bytes.span, key: key)
                    return encoded { TradeCodec.encode(trade, into: &$0) }
                })
        }
    }

    private static var shipments: [CodecCase] {
        [("shipment", Samples.shipment), ("full shipment", Samples.fullShipment)].map {
            name, shipment in
            let key = shipment.key
            return CodecCase(
                name: name, bytes: encoded { ShipmentCodec.encode(shipment, into: &$0) },
                again: { bytes in
                    let shipment = try ShipmentCodec.decode(bytes.span, key: key)
                    return encoded { ShipmentCodec.encode(shipment, into: &$0) }
                })
        }
    }

    private static var stocks: [CodecCase] {
        [("stock", Samples.stock), ("full stock", Samples.fullStock)].map { name, stock in
            let key = stock.key
            return CodecCase(
                name: name, bytes: encoded { StockCodec.encode(stock, into: &$0) },
                again: { bytes in
                    let stock = try StockCodec.decode(bytes.span, key: key)
                    return encoded { StockCodec.encode(stock, into: &$0) }
                })
        }
    }

    private static var catalog: [CodecCase] {
        [
            CodecCase(
                name: "station", bytes: encoded { StationCodec.encode(Samples.station, into: &$0) },
                again: { bytes in
                    let station = try StationCodec.decode(bytes.span)
                    return encoded { StationCodec.encode(station, into: &$0) }
                }),
            CodecCase(
                name: "item", bytes: encoded { ItemCodec.encode(Samples.item, into: &$0) },
                again: { bytes in
                    let item = try ItemCodec.decode(bytes.span)
                    return encoded { ItemCodec.encode(item, into: &$0) }
                }),
            CodecCase(
                name: "ship", bytes: encoded { ShipCodec.encode(Samples.ship, into: &$0) },
                again: { bytes in
                    let ship = try ShipCodec.decode(bytes.span)
                    return encoded { ShipCodec.encode(ship, into: &$0) }
                }),
            CodecCase(
                name: "currency",
                bytes: encoded { CurrencyCodec.encode(Samples.currency, into: &$0) },
                again: { bytes in
                    let currency = try CurrencyCodec.decode(bytes.span)
                    return encoded { CurrencyCodec.encode(currency, into: &$0) }
                }),
            CodecCase(
                name: "rate", bytes: encoded { RateCodec.encode(Samples.rate, into: &$0) },
                again: { bytes in
                    let rate = try RateCodec.decode(bytes.span)
                    return encoded { RateCodec.encode(rate, into: &$0) }
                }),
        ]
    }
}
