package import Basics

/// The dialect a connection has asked for.
package enum RESPVersion: UInt8, Sendable {
    case two = 2
    case three = 3
}

/// Appends replies in RESP2 or RESP3 to a buffer. No state, no allocation besides the buffer's
/// growth; a container's header is followed by as many replies as it announces.
package enum ReplyWriter {
    // MARK: Texts

    /// `+text`; line ends and NULs in it become blanks, so that it cannot forge a second reply.
    package static func simple(_ text: String, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "+"))
        appendLine(text, to: &output)
    }

    /// `+text` for a text of the program itself, which holds no line end.
    @inlinable package static func simple(_ text: StaticString, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "+"))
        output.append(text)
        endLine(&output)
    }

    @inlinable package static func ok(to output: inout ByteBuffer) { output.append("+OK\r\n") }

    /// `-code message`; line ends and NULs in the message become blanks.
    package static func error(_ code: String, _ message: String, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: "-"))
        output.append(code)
        output.append(UInt8(ascii: " "))
        appendLine(message, to: &output)
    }

    private static func appendLine(_ text: String, to output: inout ByteBuffer) {
        for byte in text.utf8 {
            output.append(byte == 10 || byte == 13 || byte == 0 ? UInt8(ascii: " ") : byte)
        }
        endLine(&output)
    }

    /// A binary-safe string.
    @inlinable package static func bulk(_ bytes: Span<UInt8>, to output: inout ByteBuffer) {
        output.reserve(bytes.count + 25)
        header(UInt8(ascii: "$"), bytes.count, to: &output)
        output.append(bytes)
        endLine(&output)
    }

    @inlinable package static func bulk(_ text: String, to output: inout ByteBuffer) {
        header(UInt8(ascii: "$"), text.utf8.count, to: &output)
        output.append(text)
        endLine(&output)
    }

    /// A number as a bulk string, as Redis writes it in places.
    package static func bulk(decimal number: Int64, to output: inout ByteBuffer) {
        bulk(String(number), to: &output)
    }

    /// A document for people: `=…txt:` in RESP3, a bulk string in RESP2.
    @inlinable package static func verbatim(
        _ bytes: Span<UInt8>, version: RESPVersion, to output: inout ByteBuffer
    ) {
        if version == .two { return bulk(bytes, to: &output) }
        output.reserve(bytes.count + 29)
        header(UInt8(ascii: "="), bytes.count + 4, to: &output)
        output.append("txt:")
        output.append(bytes)
        endLine(&output)
    }

    // MARK: Scalars

    @inlinable package static func integer(_ number: Int64, to output: inout ByteBuffer) {
        output.append(UInt8(ascii: ":"))
        output.append(decimal: number)
        endLine(&output)
    }

    /// Absence: `_` in RESP3, the null bulk string in RESP2.
    @inlinable package static func null(version: RESPVersion, to output: inout ByteBuffer) {
        if version == .three { output.append("_\r\n") } else { output.append("$-1\r\n") }
    }

    /// Absence where an array was asked for: `_` in RESP3, the null array in RESP2.
    @inlinable package static func nullArray(version: RESPVersion, to output: inout ByteBuffer) {
        if version == .three { output.append("_\r\n") } else { output.append("*-1\r\n") }
    }

    /// `#t`/`#f` in RESP3, 1 or 0 in RESP2.
    @inlinable package static func boolean(
        _ value: Bool, version: RESPVersion, to output: inout ByteBuffer
    ) {
        switch (version, value) {
        case (.three, true): output.append("#t\r\n")
        case (.three, false): output.append("#f\r\n")
        case (.two, true): output.append(":1\r\n")
        case (.two, false): output.append(":0\r\n")
        }
    }

    /// `,x` in RESP3, a bulk string in RESP2. The text reads back as the same number.
    package static func double(
        _ value: Double, version: RESPVersion, to output: inout ByteBuffer
    ) {
        var text =
            value.isNaN ? "nan" : value.isInfinite ? (value < 0 ? "-inf" : "inf") : "\(value)"
        if text.hasSuffix(".0") { text.removeLast(2) }
        if version == .two { return bulk(text, to: &output) }
        output.append(UInt8(ascii: ","))
        output.append(text)
        endLine(&output)
    }

    // MARK: Containers

    @inlinable package static func array(_ count: Int, to output: inout ByteBuffer) {
        header(UInt8(ascii: "*"), count, to: &output)
    }

    /// The header of `count` pairs: in RESP2 an array of `2 * count`.
    @inlinable package static func map(
        _ count: Int, version: RESPVersion, to output: inout ByteBuffer
    ) {
        if version == .three { return header(UInt8(ascii: "%"), count, to: &output) }
        header(UInt8(ascii: "*"), 2 * count, to: &output)
    }

    @inlinable package static func set(
        _ count: Int, version: RESPVersion, to output: inout ByteBuffer
    ) {
        header(version == .three ? UInt8(ascii: "~") : UInt8(ascii: "*"), count, to: &output)
    }

    /// The header of something the client did not ask for at this moment.
    @inlinable package static func push(
        _ count: Int, version: RESPVersion, to output: inout ByteBuffer
    ) {
        header(version == .three ? UInt8(ascii: ">") : UInt8(ascii: "*"), count, to: &output)
    }

    @inlinable static func header(_ type: UInt8, _ count: Int, to output: inout ByteBuffer) {
        output.append(type)
        output.append(decimal: count)
        endLine(&output)
    }

    @inlinable static func endLine(_ output: inout ByteBuffer) { output.append("\r\n") }
}

/// Writes requests, for clients.
package enum RequestWriter {
    /// Appends `words` as a RESP array.
    package static func append(_ words: [String], to output: inout ByteBuffer) {
        ReplyWriter.array(words.count, to: &output)
        for word in words { ReplyWriter.bulk(word, to: &output) }
    }

    /// Appends the words of `arguments` as a RESP array.
    package static func append(
        _ arguments: borrowing ArgumentVector, to output: inout ByteBuffer
    ) {
        ReplyWriter.array(arguments.count, to: &output)
        for index in 0..<arguments.count {
            ReplyWriter.bulk(arguments.argument(index), to: &output)
        }
    }
}
