package import Basics

/// The inline form of a request: one line of words, quoted as in `redis-cli`.
///
/// White space separates words. `"…"` knows `\n \r \t \b \a \xHH` and `\` before any other byte;
/// `'…'` knows only `\'`. A closing quote must end its word. A NUL outside of an escape is refused:
/// no terminal sends one, and Redis silently cuts the line there.
package enum InlineLine {
    /// What a line turned out to be.
    package enum Outcome: Equatable, Sendable {
        case words
        case blank
        case unbalancedQuotes
        case nulByte
        case tooManyWords
        case wordTooLong
    }

    /// Splits `line` (without its line end) into `arguments`, which is emptied first.
    ///
    /// - Returns: `words` only if `arguments` holds the whole line. Complexity: O(count).
    package static func split(
        _ line: Span<UInt8>, limits: RequestLimits, into arguments: inout ArgumentVector
    ) -> Outcome {
        arguments.removeAll()
        var position = 0
        while true {
            while position < line.count && isSpace(line[position]) { position += 1 }
            if position == line.count { return arguments.isEmpty ? .blank : .words }
            if arguments.count == limits.arguments { return .tooManyWords }
            let before = arguments.byteCount
            if let failure = readWord(line, &position, &arguments) { return failure }
            if arguments.byteCount - before > limits.argumentBytes { return .wordTooLong }
        }
    }

    private static func readWord(
        _ line: Span<UInt8>, _ position: inout Int, _ arguments: inout ArgumentVector
    ) -> Outcome? {
        while position < line.count && !isSpace(line[position]) {
            switch line[position] {
            case 0:
                return .nulByte
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                let quote = line[position]
                position += 1
                if let failure = readQuoted(quote, line, &position, &arguments) { return failure }
                if position < line.count && !isSpace(line[position]) { return .unbalancedQuotes }
            default:
                let start = position
                while position < line.count && isPlain(line[position]) { position += 1 }
                arguments.extendWord(line.extracting(start..<position))
            }
        }
        arguments.closeWord()
        return nil
    }

    /// Reads up to and including the closing quote.
    private static func readQuoted(
        _ quote: UInt8, _ line: Span<UInt8>, _ position: inout Int,
        _ arguments: inout ArgumentVector
    ) -> Outcome? {
        let isDouble = quote == UInt8(ascii: "\"")
        while position < line.count {
            let byte = line[position]
            position += 1
            if byte == quote { return nil }
            if byte == 0 { return .nulByte }
            if byte != UInt8(ascii: "\\") || position == line.count {
                arguments.extendWord(byte)
            } else if isDouble {
                arguments.extendWord(readEscape(line, &position))
            } else if line[position] == quote {
                arguments.extendWord(quote)
                position += 1
            } else {
                arguments.extendWord(byte)
            }
        }
        return .unbalancedQuotes
    }

    /// The byte that an escape stands for; `position` is behind the backslash and not at the end.
    private static func readEscape(_ line: Span<UInt8>, _ position: inout Int) -> UInt8 {
        let byte = line[position]
        if byte == UInt8(ascii: "x"), line.count - position > 2,
            let high = hexadecimal(line[position + 1]), let low = hexadecimal(line[position + 2])
        {
            position += 3
            return high << 4 | low
        }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "r"): return 13
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "a"): return 7
        default: return byte
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): return byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): return byte - UInt8(ascii: "A") + 10
        default: return nil
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (byte >= 9 && byte <= 13) }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 13 && byte != 32 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "'")
            || byte > 0 && byte < 9
    }
}
