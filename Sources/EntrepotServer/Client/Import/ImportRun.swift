import JSON
import RESP

/// Brings the rows of one file into a store, many requests in flight at once.
///
/// A run that was broken off is resumed by running again: what is there already answers with its
/// first result. Stations whose planet comes later in the file wait until it is there.
package struct ImportRun: ~Copyable {
    /// Most rows in flight.
    package static let window = 1_000

    /// A record in work: its requests go out one after the other.
    private final class Work {
        let rows: [DataRow]
        var next: ArraySlice<[String]>
        var isComparing = false
        var hasWritten = false

        init(_ rows: [DataRow], _ requests: [[String]]) {
            self.rows = rows
            next = requests[...]
        }
    }

    private let kind: DataKind
    private let fingerprint: String
    private let rejected: RejectedRows
    private let report: (Int) -> Void
    /// In the order of their requests; those before `head` are done.
    private var queue: [Work] = []
    private var head = 0
    private var postponed: [DataRow] = []
    private var openTrade: [DataRow] = []
    private var counts = ImportCounts()

    /// - Parameters:
    ///   - fingerprint: of the file, for the ids that it has to make.
    ///   - report: gets the number of finished rows, often.
    package init(
        kind: DataKind, fingerprint: String, rejected: RejectedRows,
        report: @escaping (Int) -> Void = { _ in }
    ) {
        self.kind = kind
        self.fingerprint = fingerprint
        self.rejected = rejected
        self.report = report
    }

    /// Takes all rows; comes back when each has its answer.
    ///
    /// - Throws: what ends the work: a lost connection, a server that takes no writes now, a file
    ///   that cannot be read.
    package consuming func run(
        _ reader: inout RowReader, _ server: inout ServerConnection
    ) throws(ClientError) -> ImportCounts {
        while true {
            switch try reader.next() {
            case .row(let row): try take(row, &server)
            case .bad(let line, let reason, let raw):
                try rejected.add(line: line, reason: reason, raw: raw)
                counts.refused += 1
            case .end:
                try closeTrade(&server)
                try settle(&server, down: 0)
                try retryPostponed(&server)
                return counts
            }
        }
    }

    // MARK: Rows

    private mutating func take(
        _ row: DataRow, _ server: inout ServerConnection
    ) throws(ClientError) {
        if let column = kind.required.first(where: { row[$0] == nil }) {
            return try refuse([row], "\(column.rawValue) is empty")
        }
        switch kind {
        case .stations: try start([row], ImportRequests.station(row), &server)
        case .items: try start([row], ImportRequests.item(row), &server)
        case .stock:
            try start([row], ImportRequests.stock(row, fingerprint: fingerprint), &server)
        case .trades:
            if let open = openTrade.first, !Self.isOneTrade(open, row) { try closeTrade(&server) }
            openTrade.append(row)
        }
    }

    /// Rows that follow each other under one id are the lines of one trade.
    private static func isOneTrade(_ first: DataRow, _ row: DataRow) -> Bool {
        row[.id] != nil && row[.id] == first[.id] && row[.seller] == first[.seller]
            && row[.buyer] == first[.buyer]
    }

    private mutating func closeTrade(_ server: inout ServerConnection) throws(ClientError) {
        let rows = openTrade
        openTrade = []
        switch rows.first?[.status] {
        case "reserved", "cancelled", "expired": counts.skipped += rows.count
        default:
            if rows.isEmpty { return }
            try start(rows, [ImportRequests.trade(rows, fingerprint: fingerprint)], &server)
        }
    }

    private mutating func start(
        _ rows: [DataRow], _ requests: [[String]], _ server: inout ServerConnection
    ) throws(ClientError) {
        let work = Work(rows, requests)
        if requests.isEmpty { return finish(work) }
        sendNext(work, &server)
        if queue.count - head >= Self.window { try settle(&server, down: Self.window / 2) }
    }

    private mutating func sendNext(_ work: Work, _ server: inout ServerConnection) {
        guard let request = work.next.popFirst() else { return finish(work) }
        server.send(request)
        queue.append(work)
    }

    // MARK: Replies

    /// Takes replies until at most `count` are owed.
    private mutating func settle(
        _ server: inout ServerConnection, down count: Int
    ) throws(ClientError) {
        while queue.count - head > count {
            let work = queue[head]
            head += 1
            try take(try server.reply(), of: work, &server)
            if head == Self.window {
                queue.removeFirst(head)
                head = 0
            }
        }
        report(counts.rows)
    }

    private mutating func take(
        _ reply: RESPValue, of work: Work, _ server: inout ServerConnection
    ) throws(ClientError) {
        if let refusal = reply.errorText {
            return try take(refusal: refusal, of: work, &server)
        }
        if work.isComparing {
            work.isComparing = false
            return try compare(reply, work, &server)
        }
        if !Self.isReplay(reply) { work.hasWritten = true }
        sendNext(work, &server)
    }

    private mutating func take(
        refusal: String, of work: Work, _ server: inout ServerConnection
    ) throws(ClientError) {
        if RefusalText.endsTheWork(refusal) {
            throw ClientError(
                "the server stopped the import after \(counts.rows) rows of \(kind.rawValue): "
                    + "\(refusal); run the same command again later, it goes on from here")
        }
        let code = RefusalText.code(refusal)
        if let first = work.rows.first, !work.hasWritten, !work.isComparing {
            if code == "EXISTS" && (kind == .stations || kind == .items) {
                let command = kind == .stations ? "STATION" : "ITEM"
                return ask([command, "GET", first[.id] ?? ""], work, &server)
            }
            if code == "CONFLICT" && kind == .trades {
                let id = ImportRequests.tradeID(first, fingerprint: fingerprint)
                work.next = [[refusal]]
                return ask(["TRADE", "GET", id], work, &server)
            }
        }
        if code == "NOTFOUND" && kind == .stations && work.rows.first?[.orbits] != nil {
            postponed += work.rows
            return
        }
        try refuse(work.rows, refusal)
    }

    /// Looks at what is there instead of what was to be written.
    private mutating func ask(
        _ words: [String], _ work: Work, _ server: inout ServerConnection
    ) {
        work.isComparing = true
        server.send(words)
        queue.append(work)
    }

    private mutating func compare(
        _ reply: RESPValue, _ work: Work, _ server: inout ServerConnection
    ) throws(ClientError) {
        guard let row = work.rows.first, case .bulk(let bytes) = reply,
            let record = try? JSONReader.parse(bytes.span)
        else { return try refuse(work.rows, "the server shows no such record") }
        if kind == .trades {
            let refusal = work.next.popFirst()?.first ?? "CONFLICT"
            if ImportComparison.isSameTrade(work.rows, record) { return finish(work) }
            return try refuse(work.rows, refusal)
        }
        work.next =
            kind == .stations
            ? ImportComparison.station(row, record)[...] : ImportComparison.item(row, record)[...]
        sendNext(work, &server)
    }

    /// Whether a write answered with the result of an earlier one.
    private static func isReplay(_ reply: RESPValue) -> Bool {
        guard case .bulk(let bytes) = reply else { return false }
        return bytes.suffix(16).elementsEqual("\"replayed\":true}".utf8)
    }

    private mutating func finish(_ work: Work) {
        if work.hasWritten {
            counts.written += work.rows.count
        } else {
            counts.unchanged += work.rows.count
        }
    }

    private mutating func refuse(_ rows: [DataRow], _ reason: String) throws(ClientError) {
        for row in rows { try rejected.add(row, reason: reason) }
        counts.refused += rows.count
    }

    // MARK: Planets that come later

    /// Tries again as long as that brings anything.
    private mutating func retryPostponed(_ server: inout ServerConnection) throws(ClientError) {
        while !postponed.isEmpty {
            let rows = postponed
            postponed = []
            for row in rows { try start([row], ImportRequests.station(row), &server) }
            try settle(&server, down: 0)
            if postponed.count == rows.count { break }
        }
        for row in postponed {
            try refuse([row], "NOTFOUND station \(row[.orbits] ?? ""), which it orbits")
        }
        postponed = []
    }
}
