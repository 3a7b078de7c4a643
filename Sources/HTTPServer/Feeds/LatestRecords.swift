import Basics
import Connections
import HTTPCore
import JSON
import Ledger
import Storage

/// The latest trades and cargo as one document, for clients that ask now and then instead of
/// following: `{"trades":[…],"cargo":[…],"cursor","seq"}`, the latest first.
struct LatestRecords {
    private let ledger: LedgerPort
    private let trades: Int
    private let cargo: Int

    init(_ ledger: LedgerPort, _ commands: CommandLookup) {
        self.ledger = ledger
        trades = commands.index(named: "TRADE LIST") ?? -1
        cargo = commands.index(named: "CARGO LIST") ?? -1
    }

    /// - Throws: what the lists refuse, such as an unknown station.
    func response(_ query: LatestQuery, _ caller: Caller) throws(CommandError) -> HTTPResponse {
        // Both lists are read before the loop goes on: they are of the same moment.
        let seq = ledger.durableSeq
        var body = ByteBuffer(capacity: 4_096)
        body.append("{\"trades\":[" as StaticString)
        body.append(try items(trades, "TRADE", query, caller))
        body.append("],\"cargo\":[" as StaticString)
        body.append(try items(cargo, "CARGO", query, caller))
        body.append("],\"cursor\":" as StaticString)
        body.appendJSON(string: FeedCursor.text(seq, in: ledger.durableView.history))
        body.append(",\"seq\":" as StaticString)
        body.append(decimal: seq)
        body.append(UInt8(ascii: "}"))
        return .json(
            200, body.array,
            fields: [
                (name: "Cache-Control", value: "private, no-cache"),
                (name: "Entrepot-Seq", value: "\(seq)"),
            ])
    }

    /// The records of a page, without what is around them.
    private func items(
        _ index: Int, _ family: String, _ query: LatestQuery, _ caller: Caller
    ) throws(CommandError) -> [UInt8] {
        if index < 0 { throw CommandError(.err, "\(family) LIST is not there") }
        var words = ArgumentVector()
        for word in [family, "LIST", "LIMIT", "\(query.limit)", "REV"] { words.append(word) }
        if let station = query.station {
            words.append("STATION")
            words.append(station)
        }
        let reply = Reply()
        ledger.read(index, words, caller: caller, isBehindWrites: false, reply: reply)
        if case .error(let error) = reply.value { throw error }
        let page = reply.body.array
        let head = Array("{\"items\":[".utf8)
        let tail = Array("],\"next\":".utf8)
        guard page.starts(with: head), let end = Self.lastIndex(of: tail, in: page) else {
            throw CommandError(.err, "\(family) LIST is no page")
        }
        return Array(page[head.count..<end])
    }

    private static func lastIndex(of text: [UInt8], in page: [UInt8]) -> Int? {
        var start = page.count - text.count
        while start >= 0 {
            if page[start...].starts(with: text) { return start }
            start -= 1
        }
        return nil
    }
}
