package import Basics
import Domain
import JSON
import Storage

/// `TRADE SERIES`: trades by minute, hour or day, for charts.
package enum SeriesQueries {
    private enum Option: String, CaseIterable {
        case station = "STATION"
        case by = "BY"
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    /// The length of a bucket.
    private enum Step: CaseIterable {
        case minute, hour, day

        var name: StaticString {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .day: "day"
            }
        }

        var milliseconds: Int64 {
            switch self {
            case .minute: 60_000
            case .hour: 3_600_000
            case .day: 86_400_000
            }
        }

        /// How far back a series goes that does not say where it begins.
        var span: Int64 {
            switch self {
            case .minute: 3_600_000
            case .hour: 2 * 86_400_000
            case .day: 30 * 86_400_000
            }
        }
    }

    private struct Request {
        var station: StationNumber?
        var step = Step.hour
        var from: UInt64?
        var to: UInt64 = .max
        var limit = 100
        var resume: RecordKey?
    }

    /// `TRADE SERIES [STATION s] [BY minute|hour|day] [FROM t] [TO t] [LIMIT n] [CURSOR c]`: a page
    /// of `{"time","trades","value":[{"currency","sold","bought"}]}`, each the beginning of a
    /// bucket in UTC, oldest first. Buckets without a trade are left out. What was cancelled or has
    /// expired counts as a trade and not as value.
    ///
    /// A page that ends by the rows that it may examine goes on in the same bucket: the next page
    /// begins with the rest of it, to be added.
    package static func series(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        let request = try parse(words, context)
        let scope = Scope(context)
        let own = request.station.map { Set([$0]) } ?? scope.stations
        let walk = try walk(request, own, context)
        var page = PageWriter(reply, limit: request.limit, context.limits)
        var bucket = Bucket()
        var examined = 0
        var last: RecordKey?
        var next: String?
        while true {
            let found = try reading { () throws(StorageError) in try walk.next() }
            guard let found else { break }
            let start = floor(found.record.occurred ?? found.record.created, request.step)
            let isNew = bucket.count > 0 && start != bucket.start
            if isNew {
                try bucket.append(to: reply, &page, context)
                bucket = Bucket()
            }
            if page.isFull || examined >= context.limits.pageExaminedRows {
                next = last.map { PageCursor.text(.series, reversed: false, $0) }
                break
            }
            examined += 1
            last = found.key
            if let own, !own.contains(found.record.seller) && !own.contains(found.record.buyer) {
                continue
            }
            bucket.start = start
            bucket.add(found.record, own: own)
        }
        if bucket.count > 0 { try bucket.append(to: reply, &page, context) }
        page.finish(next: next, seq: context.view.head.seq)
    }

    private static func floor(_ time: Timestamp, _ step: Step) -> Timestamp {
        let length = step.milliseconds
        let rest = time.milliseconds % length
        return Timestamp(milliseconds: time.milliseconds - (rest < 0 ? rest + length : rest))
    }

    private static func parse(
        _ words: borrowing ArgumentVector, _ context: ReadContext
    ) throws(CommandError) -> Request {
        var cursor = ArgumentCursor(at: 2)
        var request = Request()
        while let option = try cursor.option(words, of: Option.self) {
            switch option {
            case .station:
                let id = try cursor.identifier(words, "STATION")
                request.station = try context.station(id)
            case .by:
                request.step = try cursor.choice(words, "BY", Step.allCases, \.name)
            case .from:
                request.from = try Timeline.firstSeq(
                    from: try cursor.seqOrTime(words, "FROM"), context)
            case .to:
                request.to = try Timeline.firstSeq(
                    from: try cursor.seqOrTime(words, "TO"), context)
            case .limit: request.limit = try cursor.limit(words, context.limits)
            case .cursor:
                let text = try cursor.text(words, "CURSOR", maximumBytes: 128)
                request.resume = try PageCursor.key(text, of: .series, reversed: false)
            }
        }
        // Another's trades are not told by asking for the station.
        if let station = request.station, !Scope(context).allows(station) {
            throw .notFound("station", context.view.names.station(station).text)
        }
        return request
    }

    /// The trades of the period, by the postings of the stations that matter where there are any.
    private static func walk(
        _ request: Request, _ own: Set<StationNumber>?, _ context: ReadContext
    ) throws(CommandError) -> RecordWalk<Trade> {
        var lower = RecordKey(seq: try first(request, context))
        if let resume = request.resume {
            let after =
                resume.index == .max
                ? RecordKey(seq: min(resume.seq, .max - 1) + 1)
                : RecordKey(seq: resume.seq, index: resume.index + 1)
            lower = max(lower, after)
        }
        let keys = lower..<max(lower, RecordKey(seq: request.to))
        let view = context.view
        return try reading { () throws(StorageError) in
            guard let own, own.count <= RecordSources.maximum else {
                return try RecordWalk(.trades, in: keys, reversed: false, view) {
                    (bytes, key) throws(DecodingError) in try TradeCodec.decode(bytes, key: key)
                }
            }
            var sources = try RecordSources(keys, reversed: false, context)
            for station in own {
                try sources.add(.stationTrade, owner: UInt64(station.raw), required: [])
            }
            return RecordWalk(sources.list, in: keys, reversed: false) {
                (key) throws(StorageError) in try view.trade(key)
            }
        }
    }

    /// Where the period begins; without `FROM` so far back that a chart is full.
    private static func first(
        _ request: Request, _ context: ReadContext
    ) throws(CommandError) -> UInt64 {
        if let from = request.from { return max(1, from) }
        let now = max(context.now, context.view.head.time)
        let start = now.milliseconds.subtractingReportingOverflow(request.step.span)
        let time = floor(Timestamp(milliseconds: start.partialValue), request.step)
        return max(1, try Timeline.firstSeq(from: .time(time), context))
    }
}

/// The trades of one minute, hour or day.
private struct Bucket {
    var start = Timestamp(milliseconds: 0)
    private(set) var count: Int64 = 0
    private var values: [CurrencyCode: DayTotals.Value] = [:]

    /// - Parameter own: the stations whose sales and purchases are told apart; nil: all.
    mutating func add(_ trade: Trade, own: Set<StationNumber>?) {
        count += 1
        switch trade.status {
        case .cancelled, .expired: return
        case .reserved, .initiated, .completed: break
        }
        var value = values[trade.currency] ?? DayTotals.Value()
        // Fewer than 2⁶³ amounts of 64 bits: 128 bits hold them.
        if own?.contains(trade.seller) ?? true { value.sold &+= Int128(trade.total) }
        if own?.contains(trade.buyer) ?? true { value.bought &+= Int128(trade.total) }
        values[trade.currency] = value
    }

    /// - Throws: `RANGE` where a sum leaves 64 bits.
    func append(
        to reply: Reply, _ page: inout PageWriter, _ context: ReadContext
    ) throws(CommandError) {
        page.beginItem()
        reply.body.append("{\"time\":" as StaticString)
        reply.body.appendJSON(start)
        reply.body.append(",\"trades\":" as StaticString)
        reply.body.append(decimal: count)
        reply.body.append(",\"value\":[" as StaticString)
        var isFirst = true
        for (currency, value) in values.sorted(by: { $0.key < $1.key }) {
            guard let sold = Int64(exactly: value.sold), let bought = Int64(exactly: value.bought)
            else {
                throw CommandError(
                    .range, "a sum leaves the range of 64-bit numbers: ask for shorter buckets")
            }
            if !isFirst { reply.body.append(UInt8(ascii: ",")) }
            isFirst = false
            let scale = context.view.names.scale(of: currency)
            reply.body.append("{\"currency\":" as StaticString)
            reply.body.appendJSON(currency)
            reply.body.append(",\"sold\":" as StaticString)
            MoneyText.appendJSON(sold, scale: scale, to: &reply.body)
            reply.body.append(",\"bought\":" as StaticString)
            MoneyText.appendJSON(bought, scale: scale, to: &reply.body)
            reply.body.append(UInt8(ascii: "}"))
        }
        reply.body.append("]}" as StaticString)
        _ = page.endItem()
    }
}
