package import Basics
import Domain
import Storage

/// The reads of trades. A caller sees the trades of its stations; another's is like none.
package enum TradeQueries {
    private enum GetOption: String, CaseIterable {
        case asOf = "AS"
    }

    private enum ListOption: String, CaseIterable {
        case station = "STATION"
        case role = "ROLE"
        case status = "STATUS"
        case item = "ITEM"
        case reference = "REF"
        case from = "FROM"
        case to = "TO"
        case limit = "LIMIT"
        case cursor = "CURSOR"
        case reversed = "REV"
    }

    /// What `TRADE LIST` lets through.
    private struct Filter {
        var station: StationNumber?
        var role: PostingRoles = []
        var status: TradeStatus?
        var item: ItemNumber?
        var reference: String?

        func allows(_ trade: borrowing Trade) -> Bool {
            if let status, trade.status != status { return false }
            if let station {
                let isSeller = trade.seller == station
                let isBuyer = trade.buyer == station
                if role == .from && !isSeller || role == .to && !isBuyer { return false }
                if !isSeller && !isBuyer { return false }
            }
            if let item, !trade.lines.contains(where: { $0.item == item }) { return false }
            if let reference, trade.reference != reference { return false }
            return true
        }
    }

    // MARK: GET

    /// `TRADE GET id [id …] [AS OF seq|time]`: the record, null, or a list of them for several ids.
    package static func get(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var ids = [try cursor.identifier(words, "trade")]
        while !cursor.isAtEnd(words), !cursor.peekKeyword(words, "AS") {
            ids.append(try cursor.identifier(words, "trade"))
        }
        var asOf: UInt64?
        while let option = try cursor.option(words, of: GetOption.self) {
            switch option {
            case .asOf: asOf = try cursor.asOf(words, context)
            }
        }
        if ids.count == 1 {
            guard let trade = try find(ids[0], asOf: asOf, context) else { return }
            reply.body.appendJSON(trade, names: context.view.names)
            reply.value = .record
            return
        }
        var replies: [ReplyValue] = []
        var buffer = ByteBuffer(capacity: 1_024)
        for id in ids {
            guard let trade = try find(id, asOf: asOf, context) else {
                replies.append(.null)
                continue
            }
            buffer.removeAll()
            buffer.appendJSON(trade, names: context.view.names)
            replies.append(.json(buffer.array))
        }
        reply.value = .array(replies)
    }

    /// A trade that the caller may see, as it was after event `asOf`, or as the view has it.
    static func find(
        _ id: Identifier, asOf: UInt64?, _ context: ReadContext
    ) throws(CommandError) -> Trade? {
        let found = try reading { () throws(StorageError) in try context.view.trade(id: id) }
        guard let found, Scope(context).allows(found) else { return nil }
        guard let asOf, found.seq > asOf else { return found }
        if found.key.seq > asOf { return nil }
        return try ChainReader(TradeChain(key: found.key), context)
            .record(asOf: asOf, latest: found, seq: found.seq)
    }

    // MARK: LIST

    /// `TRADE LIST [STATION s] [ROLE buyer|seller] [STATUS s] [ITEM i] [REF text] [FROM t] [TO t]
    /// [LIMIT n] [CURSOR c] [REV]`
    package static func list(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var filter = Filter()
        var range = ListRange()
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .station:
                filter.station = try context.station(try cursor.identifier(words, "STATION"))
            case .role:
                filter.role = try cursor.choice(
                    words, "ROLE", [PostingRoles.from, .to],
                    { $0 == .from ? "seller" : "buyer" })
            case .status:
                filter.status = try cursor.choice(words, "STATUS", TradeStatus.allCases, \.name)
            case .item: filter.item = try context.item(try cursor.identifier(words, "ITEM"))
            case .reference:
                filter.reference = try cursor.text(
                    words, "REF", maximumBytes: context.limits.textBytes)
            case .from: try range.setFrom(words, &cursor, context)
            case .to: try range.setTo(words, &cursor, context)
            case .limit: range.limit = try cursor.limit(words, context.limits)
            case .cursor: try range.setCursor(words, &cursor)
            case .reversed: range.isReversed = true
            }
        }
        if !filter.role.isEmpty && filter.station == nil {
            throw CommandError(.syntax, "option ROLE needs STATION")
        }
        let scope = Scope(context)
        let walk = try walk(filter, scope, range, context)
        let names = context.view.names
        try walk.writePage(
            .trades, limit: range.limit, reversed: range.isReversed, context, reply,
            where: { filter.allows($0) && scope.allows($0) },
            { trade, reply in reply.body.appendJSON(trade, names: names) })
    }

    /// The shortest walk that meets every trade of the filter.
    private static func walk(
        _ filter: Filter, _ scope: Scope, _ range: ListRange, _ context: ReadContext
    ) throws(CommandError) -> RecordWalk<Trade> {
        let keys = try range.keys(.trades)
        var owners: [(kind: PostingKind, owner: UInt64)] = []
        if let station = filter.station {
            owners = [(.stationTrade, UInt64(station.raw))]
        } else if let stations = scope.stations, stations.count <= RecordSources.maximum {
            owners = stations.map { (.stationTrade, UInt64($0.raw)) }
            if owners.isEmpty {
                return RecordWalk([], in: keys, reversed: false, get: { _ in nil })
            }
        } else if let item = filter.item {
            owners = [(.itemTrade, UInt64(item.raw))]
        }
        let view = context.view
        return try reading { () throws(StorageError) in
            if owners.isEmpty {
                return try RecordWalk(.trades, in: keys, reversed: range.isReversed, view) {
                    (bytes, key) throws(DecodingError) in try TradeCodec.decode(bytes, key: key)
                }
            }
            var sources = try RecordSources(keys, reversed: range.isReversed, context)
            for (kind, owner) in owners {
                try sources.add(kind, owner: owner, required: filter.role)
            }
            return RecordWalk(sources.list, in: keys, reversed: range.isReversed) {
                (key) throws(StorageError) in try view.trade(key)
            }
        }
    }

    // MARK: HISTORY

    /// `TRADE HISTORY id [FROM x] [TO x] [LIMIT n] [CURSOR c] [REV]`: the events that changed the
    /// trade, whole.
    ///
    /// - Throws: `NOTFOUND` for an unknown trade.
    package static func history(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "trade")
        let page = try HistoryPage(words, &cursor, context)
        guard let trade = try find(id, asOf: nil, context) else {
            throw .notFound("trade", id.text)
        }
        let reader = try ChainReader(TradeChain(key: trade.key), context)
        let view = context.view
        try page.write(reader, latest: trade.seq, context, reply) { event, reply in
            reply.body.appendJSON(
                event, history: view.history.history(of: event.seq), names: view.names)
            return true
        }
    }
}

/// The postings from which a list is made.
struct RecordSources {
    /// Beyond so many stations a walk over all records is the shorter one.
    static let maximum = 64

    private let keys: Range<RecordKey>
    private let isReversed: Bool
    private let view: ReadView
    private let tail: ViewTail
    private(set) var list: [PostingSource] = []

    init(
        _ keys: Range<RecordKey>, reversed: Bool, _ context: ReadContext
    ) throws(StorageError) {
        self.keys = keys
        isReversed = reversed
        view = context.view
        tail = try context.projections.tail(of: context.view)
    }

    /// - Parameters:
    ///   - required: the roles that a posting must have.
    ///   - isCovered: the records are the shipments that trades' postings stand for.
    mutating func add(
        _ kind: PostingKind, owner: UInt64, required: PostingRoles, isCovered: Bool = false
    ) throws(StorageError) {
        let shift: UInt64 = isCovered ? 1 : 0
        let lower = max(keys.lowerBound.seq, shift) - shift
        // A key's index lies behind its seq: the last seq itself may be part of the range.
        let upper = keys.upperBound.seq == .max ? .max : keys.upperBound.seq + 1 - shift
        let reader = try PostingReader(
            kind, owner: owner, range: lower..<max(lower, upper), reversed: isReversed, view: view,
            tail: tail)
        list.append(PostingSource(reader: reader, required: required, isCovered: isCovered))
    }
}
