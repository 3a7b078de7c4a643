import Basics
import JSON

/// Pieces that the records' JSON shares. Keys are `StaticString`s with the comma before them; a
/// record closes itself with `endRecord`.
extension ByteBuffer {
    /// Appends a key and a text that needs no escape.
    @inline(__always)
    mutating func appendField(_ key: StaticString, name: StaticString) {
        append(key)
        append(UInt8(ascii: "\""))
        append(name)
        append(UInt8(ascii: "\""))
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, _ id: Identifier) {
        append(key)
        appendJSON(id)
    }

    mutating func appendField(_ key: StaticString, optional id: Identifier?) {
        append(key)
        if let id { appendJSON(id) } else { appendJSONNull() }
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, _ number: Int64) {
        append(key)
        append(decimal: number)
    }

    mutating func appendField(_ key: StaticString, optional number: Int64?) {
        append(key)
        if let number { append(decimal: number) } else { appendJSONNull() }
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, _ number: UInt64) {
        append(key)
        append(decimal: number)
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, _ time: Timestamp) {
        append(key)
        appendJSON(time)
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, optional time: Timestamp?) {
        append(key)
        if let time { appendJSON(time) } else { appendJSONNull() }
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, optional text: String?) {
        append(key)
        if let text { appendJSON(string: text) } else { appendJSONNull() }
    }

    mutating func appendField(_ key: StaticString, optional position: Position?) {
        append(key)
        if let position { appendJSON(position) } else { appendJSONNull() }
    }

    mutating func appendField(_ key: StaticString, optional code: CurrencyCode?) {
        append(key)
        if let code { appendJSON(code) } else { appendJSONNull() }
    }

    /// Appends a key and an amount with its currency's fraction digits, in quotes; null unless both
    /// are there.
    mutating func appendField(
        _ key: StaticString, money: Int64?, _ currency: CurrencyCode?, names: Names
    ) {
        append(key)
        if let money, let currency {
            MoneyText.appendJSON(money, scale: names.scale(of: currency), to: &self)
        } else {
            appendJSONNull()
        }
    }

    @inline(__always)
    mutating func appendField(_ key: StaticString, money: Int64, scale: Int) {
        append(key)
        MoneyText.appendJSON(money, scale: scale, to: &self)
    }

    /// Appends a key and thousandths as a number: grams as kilograms, cubic decimetres as cubic
    /// metres.
    mutating func appendField(_ key: StaticString, thousandths: Int64?) {
        append(key)
        if let thousandths {
            DecimalText.appendTrimmed(thousandths, scale: 3, to: &self)
        } else {
            appendJSONNull()
        }
    }

    /// Appends a key and an object that is kept as JSON text; `{}` where there is none.
    @inline(__always)
    mutating func appendField(_ key: StaticString, object: String?) {
        append(key)
        if let object { append(object) } else { append("{}" as StaticString) }
    }

    /// Closes a record's object.
    ///
    /// - Parameter replayed: the record answers a repeated request.
    @inline(__always)
    mutating func endRecord(replayed: Bool) {
        append(replayed ? ",\"replayed\":true}" : "}" as StaticString)
    }
}
