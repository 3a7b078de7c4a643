import Basics

// Strings: the plain ones are checked and copied in one piece, escapes go through a second buffer.

extension JSONReader {
    /// The string whose opening quote stands at `position`.
    @_lifetime(self: copy self)
    mutating func string() throws(JSONError) -> String {
        let quote = position
        position += 1
        let start = position
        while position < source.count {
            let byte = source[position]
            if byte == UInt8(ascii: "\"") {
                guard let text = source.extracting(start..<position).validatedText else {
                    throw JSONError(offset: quote, message: "the string is not valid UTF-8")
                }
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(quote: quote) }
            if byte < 0x20 { throw error("a control character must be escaped") }
            position += 1
        }
        throw endError()
    }

    /// The whole string once it is known to hold an escape; starts again behind the opening quote.
    @_lifetime(self: copy self)
    private mutating func escapedString(quote: Int) throws(JSONError) -> String {
        var decoded = ByteBuffer(capacity: 64)
        position = quote + 1
        while position < source.count {
            let byte = source[position]
            if byte == UInt8(ascii: "\"") {
                // What an escape gives starts and ends with whole sequences, so checking the
                // decoded bytes finds whatever is wrong with the raw ones.
                guard let text = decoded.bytes.validatedText else {
                    throw JSONError(offset: quote, message: "the string is not valid UTF-8")
                }
                position += 1
                return text
            }
            if byte < 0x20 { throw error("a control character must be escaped") }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &decoded)
            } else {
                decoded.append(byte)
                position += 1
            }
        }
        throw endError()
    }

    @_lifetime(self: copy self)
    private mutating func escape(into decoded: inout ByteBuffer) throws(JSONError) {
        position += 1
        guard position < source.count else { throw endError() }
        let letter = source[position]
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(letter)
        case UInt8(ascii: "b"): decoded.append(0x08 as UInt8)
        case UInt8(ascii: "f"): decoded.append(0x0c as UInt8)
        case UInt8(ascii: "n"): decoded.append(0x0a as UInt8)
        case UInt8(ascii: "r"): decoded.append(0x0d as UInt8)
        case UInt8(ascii: "t"): decoded.append(0x09 as UInt8)
        case UInt8(ascii: "u"):
            position += 1
            let scalar = try escapedScalar()
            for unit in String(scalar).utf8 { decoded.append(unit) }
            return
        default: throw error("this escape does not exist in JSON")
        }
        position += 1
    }

    /// What stands behind `\u`: four digits, or two surrogates in a row.
    @_lifetime(self: copy self)
    private mutating func escapedScalar() throws(JSONError) -> Unicode.Scalar {
        let start = position
        let first = try fourHexadecimalDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let lone = JSONError(offset: start, message: "a surrogate must be one of a pair")
        if first >= 0xdc00 { throw lone }
        if position == source.count { throw endError() }
        if !take(UInt8(ascii: "\\")) { throw lone }
        if position == source.count { throw endError() }
        if !take(UInt8(ascii: "u")) { throw lone }
        let second = try fourHexadecimalDigits()
        if second < 0xdc00 || second > 0xdfff { throw lone }
        let number = 0x10000 + ((UInt32(first) - 0xd800) << 10) + (UInt32(second) - 0xdc00)
        guard let scalar = Unicode.Scalar(number) else { throw lone }
        return scalar
    }

    @_lifetime(self: copy self)
    private mutating func fourHexadecimalDigits() throws(JSONError) -> UInt16 {
        var number: UInt16 = 0
        for _ in 0..<4 {
            guard position < source.count else { throw endError() }
            let byte = source[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw error("four hexadecimal digits are expected here")
            }
            number = number << 4 | UInt16(digit)
            position += 1
        }
        return number
    }
}
