package import Basics
import JSON

extension ByteBuffer {
    /// Appends a station as JSON, every field in its fixed place.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ station: Station, names: Names, replayed: Bool = false) {
        appendField("{\"id\":", station.id)
        appendField(",\"name\":", optional: station.name)
        appendField(",\"kind\":", name: station.kind.name)
        appendField(",\"orbits\":", optional: station.orbits.map { names.station($0) })
        appendField(",\"position\":", optional: station.position)
        appendField(",\"status\":", name: station.status.name)
        appendField(",\"attributes\":", object: station.attributes)
        appendField(",\"created\":", station.created)
        appendField(",\"updated\":", station.updated)
        appendField(",\"seq\":", station.seq)
        endRecord(replayed: replayed)
    }

    /// Appends an item as JSON, every field in its fixed place; mass in kilograms and volume in
    /// cubic metres of one unit.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ item: Item, names: Names, replayed: Bool = false) {
        appendField("{\"id\":", item.id)
        appendField(",\"name\":", optional: item.name)
        appendField(",\"description\":", optional: item.description)
        appendField(",\"category\":", optional: item.category)
        appendField(",\"unit\":", optional: item.unit)
        appendField(",\"mass\":", thousandths: item.mass)
        appendField(",\"volume\":", thousandths: item.volume)
        appendField(",\"price\":", money: item.price, item.currency, names: names)
        appendField(",\"currency\":", optional: item.currency)
        appendField(",\"status\":", name: item.status.name)
        appendField(",\"attributes\":", object: item.attributes)
        appendField(",\"seq\":", item.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a ship as JSON, every field in its fixed place; `mass` and `volume` are what it may
    /// carry, `load.shipments` is how many are aboard.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ ship: Ship, names: Names, replayed: Bool = false) {
        appendField("{\"id\":", ship.id)
        appendField(",\"name\":", optional: ship.name)
        appendField(",\"mass\":", thousandths: ship.massCapacity)
        appendField(",\"volume\":", thousandths: ship.volumeCapacity)
        appendField(",\"status\":", name: ship.status.name)
        appendField(",\"station\":", optional: ship.station.map { names.station($0) })
        appendField(",\"position\":", optional: ship.position)
        appendField(",\"load\":{\"mass\":", thousandths: ship.loadMass)
        appendField(",\"volume\":", thousandths: ship.loadVolume)
        appendField(",\"shipments\":", Int64(ship.aboard.count))
        appendField("},\"seq\":", ship.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a currency as JSON: `{"code","name","scale","seq"}`.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ currency: Currency, replayed: Bool = false) {
        appendField("{\"code\":", optional: currency.code)
        appendField(",\"name\":", optional: currency.name)
        appendField(",\"scale\":", Int64(currency.scale))
        appendField(",\"seq\":", currency.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a rate as JSON: `{"base","quote","rate","set","seq"}`.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ rate: ExchangeRate, replayed: Bool = false) {
        appendField("{\"base\":", optional: rate.base)
        appendField(",\"quote\":", optional: rate.quote)
        append(",\"rate\":" as StaticString)
        appendJSON(rate.rate)
        appendField(",\"set\":", rate.set)
        appendField(",\"seq\":", rate.seq)
        endRecord(replayed: replayed)
    }

    /// Appends `"1.5"`.
    mutating func appendJSON(_ rate: Rate) {
        append(UInt8(ascii: "\""))
        rate.append(to: &self)
        append(UInt8(ascii: "\""))
    }
}
