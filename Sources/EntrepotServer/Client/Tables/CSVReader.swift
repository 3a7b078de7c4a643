package import Basics

/// Finds the records of a CSV file (RFC 4180) in its bytes, piece by piece.
///
/// A pure state machine: it is shown the unread bytes, which begin with a record, and says how many
/// that record takes. Strict: a quote stands only around a whole field, `""` inside it, and text is
/// UTF-8; lines end in LF or CRLF; the last needs none. Empty lines are stepped over. A record that
/// breaks a rule is one bad record, and reading goes on in the next line.
package struct CSVReader: Sendable {
    /// Bytes of one record, unless the caller says another limit.
    package static let maximumRecordBytes = 1 << 20

    /// What a look at the unread bytes gave.
    package enum Outcome: Equatable, Sendable {
        /// The record is not complete: show the same bytes and more.
        case needMore
        /// A record. `line` counts from 1: where it begins in the file.
        case record([String], line: Int)
        /// A record that breaks the rules, with its bytes as text.
        case bad(String, line: Int, raw: String)
        /// Nothing is left.
        case end
    }

    private let limit: Int
    private var line = 1
    private var isAtStart = true
    /// Whether a line that is too long is being stepped over.
    private var isSkipping = false

    package init(maximumRecordBytes: Int = CSVReader.maximumRecordBytes) {
        limit = maximumRecordBytes
    }

    /// Looks for one record at `offset` and moves `offset` behind it.
    ///
    /// - Parameters:
    ///   - bytes: everything read and not consumed from `offset` on.
    ///   - isLast: whether the file ends behind these bytes.
    package mutating func next(
        _ bytes: borrowing ByteBuffer, at offset: inout Int, isLast: Bool
    ) -> Outcome {
        if isAtStart {
            if bytes.count - offset < 3 && !isLast { return .needMore }
            isAtStart = false
            // The mark that some spreadsheets put in front of UTF-8.
            if bytes.count - offset >= 3, bytes[offset] == 0xef, bytes[offset + 1] == 0xbb,
                bytes[offset + 2] == 0xbf
            {
                offset += 3
            }
        }
        if isSkipping && !skipRest(bytes, &offset) { return isLast ? .end : .needMore }
        skipEmptyLines(bytes, &offset)
        if offset == bytes.count { return isLast ? .end : .needMore }
        var record = RecordScan(start: offset, limit: limit)
        if record.run(bytes, isLast: isLast) {
            defer { line += record.newlines }
            offset = record.position
            isSkipping = record.hasMore
            if let problem = record.problem {
                let raw = String(
                    decoding: bytes.bytes(in: record.start..<record.contentEnd).array,
                    as: UTF8.self)
                return .bad(problem, line: line + record.problemLine, raw: raw)
            }
            return .record(record.fields, line: line)
        }
        return .needMore
    }

    /// Goes behind the end of the line; false where these bytes do not hold it.
    private mutating func skipRest(_ bytes: borrowing ByteBuffer, _ offset: inout Int) -> Bool {
        while offset < bytes.count {
            offset += 1
            if bytes[offset - 1] == 10 {
                isSkipping = false
                line += 1
                return true
            }
        }
        return false
    }

    private mutating func skipEmptyLines(
        _ bytes: borrowing ByteBuffer, _ offset: inout Int
    ) {
        while offset < bytes.count {
            if bytes[offset] == 10 {
                offset += 1
            } else if bytes[offset] == 13, offset + 1 < bytes.count, bytes[offset + 1] == 10 {
                offset += 2
            } else {
                return
            }
            line += 1
        }
    }
}

/// One pass over one record.
private struct RecordScan {
    let start: Int
    var position: Int
    /// Where the record's text ends, in front of its line end.
    var contentEnd: Int
    var fields: [String] = []
    var newlines = 0
    var problem: String?
    /// How many lines below the record's first the problem stands.
    var problemLine = 0
    /// Whether the line goes on behind `position`.
    var hasMore = false
    private let limit: Int

    init(start: Int, limit: Int) {
        self.start = start
        self.limit = limit
        position = start
        contentEnd = start
    }

    /// False where the record is not complete.
    mutating func run(_ bytes: borrowing ByteBuffer, isLast: Bool) -> Bool {
        while true {
            let isComplete =
                position < bytes.count && bytes[position] == UInt8(ascii: "\"")
                ? quoted(bytes, isLast) : plain(bytes, isLast)
            if position - start > limit {
                failWhole("is longer than \(limit) bytes")
            }
            if problem != nil { return skipLine(bytes, isLast) }
            if !isComplete { return false }
            if position == bytes.count {
                contentEnd = position
                return isLast
            }
            if bytes[position] == UInt8(ascii: ",") {
                position += 1
                // A comma at the very end has one more, empty field behind it.
                if position == bytes.count && !isLast { return false }
                continue
            }
            contentEnd = position
            position += bytes[position] == 13 ? 2 : 1
            newlines += 1
            return true
        }
    }

    /// Reads up to a comma, a line end or the end of the file.
    private mutating func plain(_ bytes: borrowing ByteBuffer, _ isLast: Bool) -> Bool {
        let first = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: ",") || byte == 10 { break }
            if byte == 13 {
                if position + 1 == bytes.count && !isLast { return false }
                if position + 1 < bytes.count && bytes[position + 1] == 10 { break }
                fail("has a carriage return without a line feed")
                return true
            }
            if byte == UInt8(ascii: "\"") {
                fail("has a quote inside a field that is not in quotes")
                return true
            }
            position += 1
            if position - start > limit { return true }
        }
        if position == bytes.count && !isLast { return false }
        guard let text = bytes.bytes(in: first..<position).validatedText else {
            fail("is not valid UTF-8")
            return true
        }
        fields.append(text)
        return true
    }

    /// Reads a field in quotes and looks at what follows it.
    private mutating func quoted(_ bytes: borrowing ByteBuffer, _ isLast: Bool) -> Bool {
        var content: [UInt8] = []
        position += 1
        while true {
            if position == bytes.count {
                if isLast { failWhole("has a quote that is not closed") }
                return isLast
            }
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\"") {
                if position == bytes.count && !isLast { return false }
                if position == bytes.count || bytes[position] != byte { break }
                position += 1
            } else if byte == 10 {
                newlines += 1
            }
            content.append(byte)
            if position - start > limit { return true }
        }
        if position < bytes.count {
            let byte = bytes[position]
            if byte == 13, position + 1 == bytes.count, !isLast { return false }
            let endsLine =
                byte == 10
                || byte == 13 && position + 1 < bytes.count && bytes[position + 1] == 10
            if byte != UInt8(ascii: ",") && !endsLine {
                fail("has text behind a closing quote")
                return true
            }
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            fail("is not valid UTF-8")
            return true
        }
        fields.append(text)
        return true
    }

    /// Where the end of a record cannot be told, only its first line is given up.
    private mutating func failWhole(_ what: String) {
        position = start
        newlines = 0
        fail(what)
    }

    private mutating func fail(_ what: String) {
        if problem != nil { return }
        problem = what
        problemLine = newlines
    }

    /// Goes behind the line in which the problem stands.
    private mutating func skipLine(_ bytes: borrowing ByteBuffer, _ isLast: Bool) -> Bool {
        while position < bytes.count && bytes[position] != 10 { position += 1 }
        if position == bytes.count && !isLast {
            if position - start <= limit { return false }
            hasMore = true
        }
        contentEnd = min(position, start + limit)
        if position < bytes.count {
            position += 1
            newlines += 1
        }
        if contentEnd > start && bytes[contentEnd - 1] == 13 { contentEnd -= 1 }
        return true
    }
}

extension ByteBuffer {
    /// Appends a CSV record with its line end (LF); fields are put in quotes where they must be.
    package mutating func appendCSV(_ fields: [String]) {
        for (index, field) in fields.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendCSV(field: field)
        }
        append(UInt8(ascii: "\n"))
    }

    private mutating func appendCSV(field: String) {
        let needsQuotes = field.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 10 || byte == 13
        }
        if !needsQuotes { return append(field) }
        append(UInt8(ascii: "\""))
        for byte in field.utf8 {
            if byte == UInt8(ascii: "\"") { append(byte) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }
}
