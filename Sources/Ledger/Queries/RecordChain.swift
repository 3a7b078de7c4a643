import Domain
import Storage

/// One change of a record: the record after it, and the event of the change before (0: none).
struct ChainStep<Record: Sendable>: Sendable {
    let after: Record
    let previous: UInt64
}

/// The changes of one record in the log, linked from the latest back to the first.
protocol RecordChain {
    associatedtype Record: Sendable
    /// The postings that shorten a walk: the first change of each block of seqs.
    var anchors: (kind: PostingKind, owner: UInt64, index: UInt16)? { get }
    /// What a damaged chain is called.
    var place: String { get }
    /// The record's change by an event, or nil where it did not change.
    func change(at seq: UInt64, _ view: ReadView) throws(StorageError) -> ChainStep<Record>?
}

/// The changes of a stock row.
struct StockChain: RecordChain {
    let key: StockKey

    var anchors: (kind: PostingKind, owner: UInt64, index: UInt16)? {
        (.stockAnchor, key.packed, 0)
    }
    var place: String { "the history of stock \(key.station.raw)/\(key.item.raw)" }

    func change(
        at seq: UInt64, _ view: ReadView
    ) throws(StorageError) -> ChainStep<Stock>? {
        guard let found = try view.stockChange(key, at: seq) else { return nil }
        return ChainStep(after: found.after, previous: found.previous)
    }
}

/// The changes of a trade: few, so nothing shortens them.
struct TradeChain: RecordChain {
    let key: RecordKey

    var anchors: (kind: PostingKind, owner: UInt64, index: UInt16)? { nil }
    var place: String { "the history of trade \(key.seq)" }

    func change(
        at seq: UInt64, _ view: ReadView
    ) throws(StorageError) -> ChainStep<Trade>? {
        guard let found = try view.tradeChange(key, at: seq) else { return nil }
        return ChainStep(after: found.after, previous: found.previous)
    }
}

/// The changes of a shipment, tracking points among them.
struct ShipmentChain: RecordChain {
    let key: RecordKey

    var anchors: (kind: PostingKind, owner: UInt64, index: UInt16)? {
        (.shipmentAnchor, key.seq, key.index)
    }
    var place: String { "the history of shipment \(key.seq)" }

    func change(
        at seq: UInt64, _ view: ReadView
    ) throws(StorageError) -> ChainStep<Shipment>? {
        guard let found = try view.shipmentChange(key, at: seq) else { return nil }
        return ChainStep(after: found.after, previous: found.previous)
    }
}

/// Reads a chain through a view.
struct ChainReader<Chain: RecordChain> {
    let chain: Chain
    let view: ReadView
    let tail: ViewTail

    init(_ chain: Chain, _ context: ReadContext) throws(CommandError) {
        self.chain = chain
        view = context.view
        tail = try reading { () throws(StorageError) in
            try context.projections.tail(of: context.view)
        }
    }

    /// The record's change by event `seq`.
    func step(at seq: UInt64) throws(CommandError) -> ChainStep<Chain.Record> {
        try reading { () throws(StorageError) in
            guard let step = try chain.change(at: seq, view), step.previous < seq else {
                throw .damaged(where: chain.place, detail: "event \(seq) does not continue it")
            }
            return step
        }
    }

    /// The last change before event `bound`, 0 where there is none.
    ///
    /// - Parameter latest: the last change that the view knows.
    /// - Complexity: at most some 1 023 steps.
    func lastChange(before bound: UInt64, latest: UInt64) throws(CommandError) -> UInt64 {
        var seq = latest
        if seq >= bound, let anchor = try firstAnchor(in: bound..<latest) { seq = anchor }
        while seq >= bound, seq > 0 { seq = try step(at: seq).previous }
        return seq
    }

    /// The record as it was after event `bound`; nil where it did not exist yet.
    func record(
        asOf bound: UInt64, latest: Chain.Record, seq: UInt64
    ) throws(CommandError) -> Chain.Record? {
        if seq <= bound { return latest }
        let change = try lastChange(before: bound + 1, latest: seq)
        return change == 0 ? nil : try step(at: change).after
    }

    /// The seqs of changes before `range`'s end, the latest first.
    ///
    /// - Parameter limit: the most that are wanted.
    func descending(
        in range: Range<UInt64>, latest: UInt64, limit: Int
    ) throws(CommandError) -> [UInt64] {
        var found: [UInt64] = []
        var seq = try lastChange(before: range.upperBound, latest: latest)
        while seq >= range.lowerBound, seq > 0, found.count < limit {
            found.append(seq)
            seq = try step(at: seq).previous
        }
        return found
    }

    /// The seqs of changes from `range`'s start on, the earliest first.
    ///
    /// - Parameter limit: the most that are wanted.
    /// - Complexity: about 64 steps beyond what is found.
    func ascending(
        in range: Range<UInt64>, latest: UInt64, limit: Int
    ) throws(CommandError) -> [UInt64] {
        guard let anchors = try reader(range.lowerBound..<UInt64.max) else {
            return try block(range, last: latest).suffix(limit).reversed()
        }
        var found: [UInt64] = []
        var lower = range.lowerBound
        while lower < range.upperBound, found.count < limit {
            while let seq = anchors.current?.seq, seq <= lower {
                try reading { () throws(StorageError) in try anchors.next() }
            }
            let following = anchors.current?.seq
            let last = if let following { try step(at: following).previous } else { latest }
            found += try block(lower..<range.upperBound, last: last).reversed()
            guard let following else { break }
            lower = following
        }
        return found.count > limit ? Array(found[..<limit]) : found
    }

    /// The changes inside `range` from `last` back.
    private func block(_ range: Range<UInt64>, last: UInt64) throws(CommandError) -> [UInt64] {
        var found: [UInt64] = []
        var seq = last
        while seq >= range.lowerBound, seq > 0 {
            if seq < range.upperBound { found.append(seq) }
            if seq == range.lowerBound { break }
            seq = try step(at: seq).previous
        }
        return found
    }

    private func firstAnchor(in range: Range<UInt64>) throws(CommandError) -> UInt64? {
        try reader(range)?.current?.seq
    }

    private func reader(_ range: Range<UInt64>) throws(CommandError) -> PostingReader? {
        guard let anchors = chain.anchors else { return nil }
        return try reading { () throws(StorageError) in
            try PostingReader(
                anchors.kind, owner: anchors.owner, range: range, index: anchors.index,
                reversed: false, view: view, tail: tail)
        }
    }
}
