import Basics
import Domain
import JSON

/// Parts of bodies turned into the words of a command. Bodies are checked before they come here.
extension JSONValue {
    /// A whole number, however it is written: `5`, `5.0` and `5e0` are the same JSON number. Nil
    /// for a fraction, and beyond 2⁵³ for what is not written with digits alone.
    var whole: Int64? {
        if let int64 { return int64 }
        guard let double, double == double.rounded(.towardZero), abs(double) < 0x1p53 else {
            return nil
        }
        return Int64(double)
    }
}

extension ArgumentVector {
    /// Appends an option with the text of a string; nothing where the member is missing or null.
    mutating func appendOption(_ option: String, _ value: JSONValue?) {
        guard let text = value?.string else { return }
        append(option)
        append(text)
    }

    /// Appends an option for a text that `NONE` would clear; null clears it.
    ///
    /// - Throws: 422 for the text `none` itself, which the command would take for the word.
    mutating func appendText(
        _ option: String, _ value: JSONValue?, at pointer: String, clears: Bool
    ) throws(Problem) {
        guard let value else { return }
        guard let text = value.string else {
            if clears && value.isNull {
                append(option)
                append("NONE")
            }
            return
        }
        if text.uppercased() == "NONE" {
            throw Problem([.init(pointer: pointer, "must not be the word NONE")])
        }
        append(option)
        append(text)
    }

    /// Appends an option with a whole number; null clears it.
    mutating func appendNumber(_ option: String, _ value: JSONValue?) {
        guard let value else { return }
        if let number = value.whole {
            append(option)
            append("\(number)")
        } else if value.isNull {
            append(option)
            append("NONE")
        }
    }

    /// Appends an option with kilograms or cubic metres, kept to the thousandth; null clears it.
    mutating func appendMeasure(_ option: String, _ value: JSONValue?) {
        guard let value else { return }
        if let number = value.double {
            append(option)
            var text = ByteBuffer(capacity: 24)
            // Checked before: at most 10⁹, so that 10¹² thousandths are exact in a double.
            let thousandths = Int64((number * 1_000).rounded(.toNearestOrEven))
            QuantityText.appendMass(grams: thousandths, to: &text)
            append(text.bytes)
        } else if value.isNull {
            append(option)
            append("NONE")
        }
    }

    /// Appends an option with the JSON text of a value; null clears it.
    mutating func appendJSON(_ option: String, _ value: JSONValue?) {
        guard let value else { return }
        append(option)
        if value.isNull { return append("NONE") }
        var text = ByteBuffer(capacity: 128)
        value.append(to: &text)
        append(text.bytes)
    }

    /// Appends x, y and z of a position.
    mutating func appendPosition(_ value: JSONValue) {
        for key in ["x", "y", "z"] {
            if case .number(let text)? = value[key] { append(text) }
        }
    }

    /// Appends `item:quantity`, and `@price` where there is one.
    mutating func appendLine(_ line: JSONValue, quantity key: String = "quantity") {
        guard let item = line["item"]?.string, let number = line[key]?.whole else { return }
        let quantity = "\(number)"
        extendWord(item.utf8.span)
        extendWord(UInt8(ascii: ":"))
        extendWord(quantity.utf8.span)
        if let price = line["price"]?.string {
            extendWord(UInt8(ascii: "@"))
            extendWord(price.utf8.span)
        }
        closeWord()
    }
}
