import Basics
import JSON
import System

/// How rows are written down.
package enum DataFormat: String, CaseIterable, Sendable {
    case csv, ndjson

    /// The format that a path's last part says: `.csv`, `.ndjson` or `.jsonl`.
    package init?(path: String) {
        if path.hasSuffix(".csv") {
            self = .csv
        } else if path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl") {
            self = .ndjson
        } else {
            return nil
        }
    }
}

/// Reads the rows of one file, a piece at a time: memory is bounded by the longest record.
package struct RowReader: ~Copyable {
    /// What the next record is.
    package enum Outcome: Equatable {
        case row(DataRow)
        /// A record that is no row of this kind, and why.
        case bad(line: Int, reason: String, raw: String)
        case end
    }

    private static let pieceBytes = 256 << 10

    private let path: String
    private let kind: DataKind
    private let format: DataFormat
    private let file: FileHandle
    private var bytes = ByteBuffer(capacity: pieceBytes)
    private var consumed = 0
    private var fileOffset = 0
    private var isLast = false
    private var csv = CSVReader()
    private var header: [DataColumn] = []
    private var line = 0

    /// Opens the file and reads its header.
    ///
    /// - Throws: a sentence that names the column that is missing, unknown or there twice.
    package static func open(
        path: String, kind: DataKind, format: DataFormat
    ) throws(ClientError) -> RowReader {
        var reader: RowReader
        do throws(SystemError) {
            reader = RowReader(
                path: path, kind: kind, format: format,
                file: try FileHandle(path: path, mode: .read))
        } catch { throw ClientError(error) }
        if format == .csv { reader.header = try reader.readHeader() }
        return reader
    }

    private init(path: String, kind: DataKind, format: DataFormat, file: consuming FileHandle) {
        self.path = path
        self.kind = kind
        self.format = format
        self.file = file
    }

    /// The next record.
    package mutating func next() throws(ClientError) -> Outcome {
        switch format {
        case .csv: try nextRecord()
        case .ndjson: try nextObject()
        }
    }

    private mutating func refill() throws(ClientError) {
        bytes.removeFirst(consumed)
        consumed = 0
        do throws(SystemError) {
            let got = try file.read(into: &bytes, at: fileOffset, count: Self.pieceBytes)
            fileOffset += got
            isLast = got < Self.pieceBytes
        } catch { throw ClientError(error) }
    }

    // MARK: CSV

    private mutating func readHeader() throws(ClientError) -> [DataColumn] {
        let names: [String]
        switch try nextFields() {
        case .record(let fields, _): names = fields
        case .bad(let reason, _, _): throw .file(path, "the header \(reason)")
        case .end, .needMore: throw .file(path, "is empty; its first line names the columns")
        }
        var columns: [DataColumn] = []
        for name in names {
            guard let column = Self.column(name, of: kind) else {
                let hint = NearestWord.hint(name, in: kind.columns.map(\.rawValue))
                throw .file(path, "\(kind.rawValue) have no column \"\(name)\"\(hint)")
            }
            if columns.contains(column) { throw .file(path, "the column \(name) is there twice") }
            columns.append(column)
        }
        for column in kind.required where !columns.contains(column) {
            throw .file(path, "the column \(column.rawValue) is missing")
        }
        return columns
    }

    private static func column(_ name: String, of kind: DataKind) -> DataColumn? {
        guard let column = DataColumn(rawValue: name) else { return nil }
        if column == .rejectedLine || column == .rejectedReason { return column }
        return kind.columns.contains(column) ? column : nil
    }

    private mutating func nextFields() throws(ClientError) -> CSVReader.Outcome {
        while true {
            let outcome = csv.next(bytes, at: &consumed, isLast: isLast)
            if outcome != .needMore { return outcome }
            try refill()
        }
    }

    private mutating func nextRecord() throws(ClientError) -> Outcome {
        switch try nextFields() {
        case .end, .needMore: return .end
        case .bad(let reason, let line, let raw):
            return .bad(line: line, reason: "the record \(reason)", raw: raw)
        case .record(let fields, let line):
            if fields.count != header.count {
                var text = ByteBuffer()
                text.appendCSV(fields)
                return .bad(
                    line: line,
                    reason: "the record has \(fields.count) fields, the header \(header.count)",
                    raw: String(decoding: text.array.dropLast(), as: UTF8.self))
            }
            var row = DataRow(line: line)
            for (column, field) in zip(header, fields) where !field.isEmpty { row[column] = field }
            return .row(row)
        }
    }

    // MARK: NDJSON

    private mutating func nextObject() throws(ClientError) -> Outcome {
        while true {
            guard let range = try nextLine() else { return .end }
            let text = bytes.bytes(in: range)
            if Self.isBlank(text) { continue }
            let raw = String(decoding: text.array, as: UTF8.self)
            do throws(JSONError) {
                return Self.row(try JSONReader.parse(text), line: line, kind, raw)
            } catch {
                return .bad(
                    line: line, reason: "no JSON at byte \(error.offset): \(error.message)",
                    raw: raw)
            }
        }
    }

    private static func isBlank(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] != 32 && text[index] != 13 { return false }
        return true
    }

    private mutating func nextLine() throws(ClientError) -> Range<Int>? {
        var end = consumed
        while true {
            while end < bytes.count && bytes[end] != 10 { end += 1 }
            if end < bytes.count || isLast { break }
            if end - consumed > JSONReader.maximumBytes {
                throw .file(
                    path, "line \(line + 1) is longer than \(JSONReader.maximumBytes) bytes")
            }
            end -= consumed
            try refill()
        }
        if consumed == bytes.count { return nil }
        defer { consumed = min(end + 1, bytes.count) }
        line += 1
        return consumed..<end
    }

    private static func row(
        _ value: JSONValue, line: Int, _ kind: DataKind, _ raw: String
    ) -> Outcome {
        guard let members = value.object else {
            return .bad(line: line, reason: "the line is not a JSON object", raw: raw)
        }
        var row = DataRow(line: line)
        for (name, value) in members {
            guard let column = column(name, of: kind) else {
                return .bad(
                    line: line, reason: "\(kind.rawValue) have no member \"\(name)\"", raw: raw)
            }
            switch value {
            case .null: break
            case .string(let text): row[column] = text.isEmpty ? nil : text
            case .number(let text): row[column] = text
            case .object where column == .attributes:
                var text = ByteBuffer()
                value.append(to: &text)
                row[column] = String(decoding: text.array, as: UTF8.self)
            default:
                return .bad(
                    line: line, reason: "\(name) is neither a text nor a number", raw: raw)
            }
        }
        return .row(row)
    }
}
