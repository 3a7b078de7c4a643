import Basics
import JSON
import RESP

/// Reads one kind of record from a server, page by page, into a file.
///
/// The pages are read one after the other while the server goes on working: each page is one
/// moment, the whole is not.
struct ExportRun: ~Copyable {
    private static let pageRecords = 1_000
    private static let pageBytes = 64 << 20

    private var file: ExportFile
    private let format: DataFormat
    private let report: (Int) -> Void
    private var count = 0

    init(_ file: consuming ExportFile, format: DataFormat, report: @escaping (Int) -> Void) {
        self.file = file
        self.format = format
        self.report = report
    }

    // MARK: Records

    /// - Returns: how many rows were written.
    consuming func run(
        _ kind: DataKind, _ server: inout ServerConnection
    ) throws(ClientError) -> Int {
        if format == .csv {
            try file.append { $0.appendCSV(kind.columns.map(\.rawValue)) }
        }
        switch kind {
        case .stations: try list(["STATION", "LIST"], kind, &server)
        case .items: try list(["ITEM", "LIST"], kind, &server)
        case .trades: try list(["TRADE", "LIST"], kind, &server)
        case .stock:
            for station in try Self.stationIDs(&server) {
                try list(["INVENTORY", "GET", station], kind, &server)
            }
        }
        let written = count
        try file.finish()
        return written
    }

    private mutating func list(
        _ words: [String], _ kind: DataKind, _ server: inout ServerConnection
    ) throws(ClientError) {
        var cursor: String?
        repeat {
            let page = try Self.page(words, cursor, &server)
            for record in page["items"]?.array ?? [] {
                for row in ExportRows.rows(record, of: kind) { try write(row, kind) }
            }
            cursor = page["next"]?.string
        } while cursor != nil
    }

    private mutating func write(_ row: DataRow, _ kind: DataKind) throws(ClientError) {
        let format = format
        try file.append { output in
            switch format {
            case .csv: ExportRows.appendCSV(row, of: kind, to: &output)
            case .ndjson: ExportRows.appendJSON(row, of: kind, to: &output)
            }
        }
        count += 1
        report(count)
    }

    private static func page(
        _ words: [String], _ cursor: String?, _ server: inout ServerConnection
    ) throws(ClientError) -> JSONValue {
        let rest = cursor.map { ["CURSOR", $0] } ?? []
        let reply = try server.demand(words + ["LIMIT", "\(pageRecords)"] + rest)
        guard case .bulk(let bytes) = reply,
            let page = try? JSONReader.parse(bytes.span, maximumBytes: pageBytes),
            page["items"] != nil
        else { throw ClientError("\(words.joined(separator: " ")) gives no page of records") }
        return page
    }

    private static func stationIDs(
        _ server: inout ServerConnection
    ) throws(ClientError) -> [String] {
        var ids: [String] = []
        var cursor: String?
        repeat {
            let page = try page(["STATION", "LIST"], cursor, &server)
            ids += (page["items"]?.array ?? []).compactMap { $0["id"]?.string }
            cursor = page["next"]?.string
        } while cursor != nil
        return ids
    }

    // MARK: Events

    private static let eventColumns = ["seq", "time", "type", "subject", "actor", "event"]

    /// The whole log, oldest first.
    ///
    /// - Returns: how many events were written.
    consuming func runEvents(_ server: inout ServerConnection) throws(ClientError) -> Int {
        if format == .csv { try file.append { $0.appendCSV(Self.eventColumns) } }
        var from = "-"
        while true {
            let reply = try server.demand(
                ["XRANGE", "events", from, "+", "COUNT", "\(Self.pageRecords)"])
            guard let entries = reply.elements else {
                throw ClientError("XRANGE gives no list of events")
            }
            for entry in entries {
                guard let parts = entry.elements, parts.count == 2, let id = parts[0].text,
                    let event = parts[1]["event"]?.text
                else { throw ClientError("XRANGE gives an entry without an event") }
                try write(event: event)
                from = "(" + id
            }
            // A page may be short; only an empty one is the last.
            if entries.isEmpty { break }
        }
        let written = count
        try file.finish()
        return written
    }

    private mutating func write(event: String) throws(ClientError) {
        if format == .ndjson {
            try file.append { output in
                output.append(event)
                output.append(UInt8(ascii: "\n"))
            }
        } else {
            guard let value = try? JSONReader.parse(event.utf8.span) else {
                throw ClientError("an event is no JSON")
            }
            let seq = value["seq"]?.int64.map { String($0) } ?? ""
            let texts = Self.eventColumns[1...4].map { value[$0]?.string ?? "" }
            try file.append { $0.appendCSV([seq] + texts + [event]) }
        }
        count += 1
        report(count)
    }
}
