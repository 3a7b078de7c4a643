import Basics
import Domain
import HTTPCore
import JSON
import Ledger
import Storage

@testable import HTTPServer

/// A log in memory: stations luna-1 (1), mars-2 (2) and titan-3 (3).
final class FakeLog: FeedLog {
    let names = Names()
    var history = HistoryTable(first: .init(id: FakeLog.historyID, first: 1))
    var first: UInt64 = 1
    private(set) var stored: [Event] = []
    /// How far the log has been made durable.
    var head: UInt64 { UInt64(stored.count) }
    private(set) var reads = 0

    static let historyID = "0123456789abcdef"

    init() {
        for id: StaticString in ["luna-1", "mars-2", "titan-3"] {
            _ = names.stations.insert(Identifier(literal: id))
        }
        _ = names.items.insert(Identifier(literal: "water"))
    }

    func events(in range: ClosedRange<UInt64>) throws(StorageError) -> [Event] {
        reads += 1
        return stored.filter { range.contains($0.seq) }
    }

    /// Appends one transaction.
    func append(_ kinds: [FakeEvent]) -> [Event] {
        let from = head + 1
        let events = kinds.enumerated().map { index, kind in
            kind.event(seq: from + UInt64(index), first: from, count: kinds.count)
        }
        stored += events
        return events
    }
}

/// An event of a kind, with a reason of some length.
struct FakeEvent {
    enum Kind {
        case stock(UInt32)
        case rate
        case accepted
        case system
        case progress
    }

    var kind: Kind
    var bytes = 0

    static func stock(_ station: UInt32, bytes: Int = 0) -> FakeEvent {
        FakeEvent(kind: .stock(station), bytes: bytes)
    }
    static let rate = FakeEvent(kind: .rate)
    static let accepted = FakeEvent(kind: .accepted)
    static let system = FakeEvent(kind: .system)
    /// Internal: no feed shows it.
    static let progress = FakeEvent(kind: .progress)

    func event(seq: UInt64, first: UInt64, count: Int) -> Event {
        var type = EventType.inventoryAdded
        let data: EventData
        switch kind {
        case .stock(let station):
            var stock = Stock(station: StationNumber(station), item: ItemNumber(1))
            stock.onHand = Int64(seq)
            data = .inventory(
                InventoryChange(
                    stock: StockChange(after: stock, previous: 0, delta: 1, counterpart: .supplier),
                    quantity: 1, reason: bytes > 0 ? String(repeating: "x", count: bytes) : nil))
        case .rate:
            type = .rateSet
            let pair = [CurrencyCode("CR"), CurrencyCode("EUR")].compactMap { $0 }
            data = .rate(
                ExchangeRate(
                    base: pair[0], quote: pair[1], rate: .one, set: Timestamp(milliseconds: 0),
                    seq: seq), previous: nil)
        case .accepted:
            type = .systemTimeAccepted
            data = .system(.timeAccepted(skewMilliseconds: 1))
        case .system:
            type = .systemStarted
            data = .system(.started(version: "1"))
        case .progress:
            type = .noticeProgress
            data = .system(.started(version: "1"))
        }
        return Event(
            seq: seq, time: Timestamp(milliseconds: 0), type: type, first: first,
            count: UInt32(count), actor: .local, cause: Cause(command: nil), data: data)
    }
}

final class FakeClock: Clock, @unchecked Sendable {
    // Tests use it from one thread.
    var seconds: UInt64 = 1_000
    func wallMilliseconds() -> Int64 { Int64(seconds) * 1_000 }
    func monotonicNanoseconds() -> UInt64 { seconds * 1_000_000_000 }
}

final class FakeAccess: FeedAccess {
    var callers: [String: Caller] = [:]
    var gone: Set<Identifier> = []
    var fresh: [Identifier: Caller] = [:]
    var expiries: [Identifier: Int64] = [:]

    func caller(token: Redacted, from address: String) throws(CommandError) -> Caller {
        guard let caller = callers[token.revealed] else {
            throw CommandError(.wrongPass, "the token is wrong")
        }
        return caller
    }

    func refreshed(_ caller: Caller) -> Caller? {
        gone.contains(caller.name) ? nil : fresh[caller.name] ?? caller
    }

    func expiry(of caller: Caller) -> Int64? { expiries[caller.name] }
}

/// A client's end of a connection.
final class FakeSink: StreamSink {
    let id: UInt64
    let peer = "192.0.2.1"
    /// What the client has got.
    private(set) var received: [UInt8] = []
    /// Bytes that the client's system still takes.
    var room = Int.max
    /// The most that one call takes.
    var piece = Int.max
    private(set) var isFinished = false
    private(set) var isAborted = false
    var isGone = false
    var handler: (any StreamHandler)?

    init(_ id: UInt64) { self.id = id }

    func send(_ bytes: Span<UInt8>) -> Int? {
        if isGone || isFinished || isAborted { return nil }
        let count = min(bytes.count, room, piece)
        received += bytes.extracting(0..<count).array
        room -= count
        return count
    }

    func finish() { isFinished = true }

    func abort() {
        isAborted = true
        handler?.didClose()
    }

    func openTap(_ bytes: Int = .max) {
        room = bytes
        handler?.canSend()
    }

    func forget() { received = [] }

    var text: String { String(decoding: received, as: UTF8.self) }
}

/// Feeds over a fake log.
final class FeedWorld {
    let log = FakeLog()
    let clock = FakeClock()
    let access = FakeAccess()
    private(set) var wakes = 0
    private(set) var hub: FeedHub
    private var sinks: UInt64 = 0

    static let viewer = Caller(
        name: Identifier(literal: "vera"), role: .viewer, stations: [Identifier(literal: "mars-2")])

    init(events: [FakeEvent] = [], limits change: (inout Limits) -> Void = { _ in }) {
        var limits = Limits()
        change(&limits)
        for event in events { _ = log.append([event]) }
        hub = FeedHub(log: log, access: access, clock: clock, limits: limits, wake: {})
    }

    /// Makes a transaction durable.
    func publish(_ kinds: FakeEvent...) { publish(kinds) }

    func publish(_ kinds: [FakeEvent]) {
        let events = log.append(kinds)
        hub.publish(events, names: log.names, history: log.history)
    }

    /// Turns of the loop until nothing is left that can be sent.
    func settle() { for _ in 0..<400 { hub.flush() } }

    /// Time passes, a second at a time.
    func wait(seconds: Int) {
        for _ in 0..<seconds {
            clock.seconds += 1
            hub.checkDeadlines(now: clock.monotonicNanoseconds())
            settle()
        }
    }

    /// Opens a feed, as `GET /api/updates/real-time` with a query and fields.
    func open(
        _ query: String = "", fields: String = "", caller: Caller = .local, settles: Bool = true,
        change: (FakeSink) -> Void = { _ in }
    ) throws -> FakeSink {
        sinks += 1
        let sink = FakeSink(sinks)
        change(sink)
        let request = try Self.request("/api/updates/real-time\(query)", fields)
        guard case .stream(let handler, _, _) = try hub.openEvents(request, caller, sink) else {
            throw Unexpected()
        }
        sink.handler = handler
        handler.canSend()
        if settles { settle() }
        return sink
    }

    /// Opens a WebSocket.
    func openSocket(_ fields: String = "", caller: Caller? = nil) throws -> FakeSink {
        sinks += 1
        let sink = FakeSink(sinks)
        let request = try Self.request("/api/updates/ws", Self.handshake + fields)
        guard let route = RouteTable.feedRoutes.last else { throw Unexpected() }
        let input = RouteInput(
            route: route, request: request, parameters: [],
            query: try RouteQuery(route, [], limits: Limits()), body: .null, caller: caller,
            read: { _ in nil })
        guard case .webSocket(let handler, let accept) = try hub.begin(input, sink: sink) else {
            throw Unexpected()
        }
        if accept != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" { throw Unexpected() }
        sink.handler = handler
        handler.canSend()
        settle()
        return sink
    }

    static let handshake = """
        Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n
        """

    static func request(_ target: String, _ fields: String) throws -> HTTPRequest {
        var parser = RequestParser()
        let text = "GET \(target) HTTP/1.1\r\nHost: api.example:7480\r\n\(fields)\r\n"
        guard case .request(let head, _) = parser.parse(text.utf8.span) else { throw Unexpected() }
        return HTTPRequest(head: head, target: try RequestTarget(head), body: [], peer: "192.0.2.1")
    }

    struct Unexpected: Error {}
}

/// One server-sent event.
struct SSE: Equatable {
    var event: String?
    var id: String?
    var data = ""

    /// The events of a stream; a last one that is not whole is nil.
    static func parse(_ text: String) -> [SSE] {
        var events: [SSE] = []
        var present = SSE()
        var hasData = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                if hasData { events.append(present) }
                present = SSE()
                hasData = false
            } else if line.hasPrefix("data: ") {
                present.data += line.dropFirst(6)
                hasData = true
            } else if line.hasPrefix("id: ") {
                present.id = String(line.dropFirst(4))
            } else if line.hasPrefix("event: ") {
                present.event = String(line.dropFirst(7))
            }
        }
        return events
    }
}

extension FakeSink {
    var events: [SSE] { SSE.parse(text) }
    /// The seqs of the domain events, in order: those whose `data` follows `id` at once and whose
    /// `id` begins the event.
    var seqs: [UInt64] {
        var seqs: [UInt64] = []
        let bytes = received
        var start = 0
        var wasBlank = true
        while start < bytes.count {
            var end = start
            while end < bytes.count && bytes[end] != 10 { end += 1 }
            if wasBlank, end - start > 4, bytes[start] == UInt8(ascii: "i"), end < bytes.count {
                let line = String(decoding: received[start..<end], as: UTF8.self)
                if let seq = UInt64(line.split(separator: ":").last ?? "") { seqs.append(seq) }
            }
            wasBlank = end == start
            start = end + 1
        }
        return seqs
    }
    func named(_ name: String) -> [SSE] { events.filter { $0.event == name } }
}
