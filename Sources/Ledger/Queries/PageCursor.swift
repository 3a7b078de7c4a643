import Basics
import Domain
import JSON

/// Where the next page of a list begins: opaque to clients, stable under writes, checked when it
/// comes back.
///
///     text = list:1 direction:1 place      direction `a` ascending, `d` descending
///     place   the last record's seq and index in base 36 with `.` between, or the last id
enum PageCursor {
    /// The lists; a cursor of one is refused by another.
    enum List: UInt8 {
        case trades = 0x74  // t
        case cargo = 0x63  // c
        case history = 0x68  // h
        case rows = 0x72  // r
        case ids = 0x69  // i
        case near = 0x6e  // n
        case rates = 0x78  // x
        case deliveries = 0x64  // d
        case series = 0x73  // s
        case map = 0x6d  // m
    }

    static func text(_ list: List, reversed: Bool, _ key: RecordKey) -> String {
        head(list, reversed) + String(key.seq, radix: 36) + "." + String(key.index, radix: 36)
    }

    static func text(_ list: List, after id: String) -> String { head(list, false) + id }

    private static func head(_ list: List, _ reversed: Bool) -> String {
        String(UnicodeScalar(list.rawValue)) + (reversed ? "d" : "a")
    }

    /// The record key in a cursor.
    ///
    /// - Throws: `SYNTAX` for anything that is not a cursor of this list in this direction.
    static func key(
        _ text: String, of list: List, reversed: Bool
    ) throws(CommandError) -> RecordKey {
        let place = try place(text, of: list, reversed: reversed)
        let parts = place.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let seq = UInt64(parts[0], radix: 36),
            let index = UInt16(parts[1], radix: 36),
            String(seq, radix: 36) == parts[0], String(index, radix: 36) == parts[1]
        else { throw bad(text) }
        return RecordKey(seq: seq, index: index)
    }

    /// The id in a cursor.
    ///
    /// - Throws: `SYNTAX` for anything that is not a cursor of this list.
    static func id(_ text: String, of list: List) throws(CommandError) -> Identifier {
        guard let id = Identifier(String(try place(text, of: list, reversed: false))) else {
            throw bad(text)
        }
        return id
    }

    private static func place(
        _ text: String, of list: List, reversed: Bool
    ) throws(CommandError) -> Substring {
        guard text.hasPrefix(head(list, reversed)) else { throw bad(text) }
        return text.dropFirst(2)
    }

    private static func bad(_ text: String) -> CommandError {
        CommandError(
            .syntax,
            "CURSOR \(ValueError.quoted(text.utf8.span)) is not the next of such a list in this "
                + "order")
    }
}

/// Writes a page straight into the reply: `{"items":[…],"next":cursor|null,"seq":N}`.
struct PageWriter {
    private let reply: Reply
    private let limit: Int
    private let maximumBytes: Int
    private var start = 0
    private(set) var count = 0

    /// - Parameter opening: what stands before the first record.
    init(
        _ reply: Reply, limit: Int, _ limits: Limits, opening: StaticString = "{\"items\":["
    ) {
        self.reply = reply
        self.limit = limit
        maximumBytes = limits.pageBytes
        reply.body.append(opening)
        reply.value = .record
    }

    /// Whether another record fits by number.
    var isFull: Bool { count >= limit }

    /// Makes room for a record, which the caller appends to the reply's body.
    mutating func beginItem() {
        start = reply.body.count
        if count > 0 { reply.body.append(UInt8(ascii: ",")) }
        count += 1
    }

    /// Ends a record.
    ///
    /// - Returns: false where it went beyond the bytes of a page: it was taken back, and the page
    ///   ends before it.
    mutating func endItem() -> Bool {
        if reply.body.count <= maximumBytes || count == 1 { return true }
        reply.body.truncate(to: start)
        count -= 1
        return false
    }

    /// Ends the page.
    func finish(next: String?, seq: UInt64) {
        reply.body.append("],\"next\":" as StaticString)
        if let next {
            reply.body.appendJSON(string: next)
        } else {
            reply.body.appendJSONNull()
        }
        reply.body.append(",\"seq\":" as StaticString)
        reply.body.append(decimal: seq)
        reply.body.append(UInt8(ascii: "}"))
    }
}
