import Basics
import EventLoop
import System

/// A reply as it came.
struct WebReply: Sendable, Equatable {
    var status: Int
    /// Names in lower case.
    var fields: [(name: String, value: String)]
    var body: String

    static func == (left: WebReply, right: WebReply) -> Bool {
        left.status == right.status && left.body == right.body
    }

    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}

/// A blocking client that says exactly what it is told.
final class WebClient {
    /// `admin:secret`
    static let login = "Authorization: Basic YWRtaW46c2VjcmV0\r\n"

    private let socket: Socket
    private var received = ByteBuffer(capacity: 4_096)
    private var hasEnded = false

    init(port: UInt16) throws {
        socket = try Socket.connect(to: .tcp(host: "127.0.0.1", port: port))
        try socket.setTimeLimit(milliseconds: 10_000)
    }

    func send(_ text: String) throws { try socket.writeAll(text.utf8.span) }

    /// Ends the sending side.
    func finishSending() { socket.shutdownWriting() }

    /// The text of a request with the administrator's log-in.
    static func request(
        _ method: String, _ target: String, fields: String = "", body: String? = nil
    ) -> String {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: test\r\n\(login)\(fields)"
        if let body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        return text + "\r\n" + (body ?? "")
    }

    /// Sends one request and takes its reply.
    func ask(
        _ method: String, _ target: String, fields: String = "", body: String? = nil
    ) throws -> WebReply? {
        try send(Self.request(method, target, fields: fields, body: body))
        return try reply(isHead: method == "HEAD")
    }

    /// The next reply; nil when the server has closed the connection or says nothing for 10 s.
    func reply(isHead: Bool = false) throws -> WebReply? {
        guard let head = try text(until: "\r\n\r\n") else { return nil }
        let lines = head.split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields.append(
                (line[..<colon].lowercased(), String(line[line.index(colon, offsetBy: 2)...])))
        }
        var reply = WebReply(status: status, fields: fields, body: "")
        let length = reply.field("content-length").flatMap { Int($0) } ?? 0
        if !isHead && status >= 200 && status != 204 && status != 304 {
            while received.count < length { if try !receive() { return nil } }
            reply.body = String(decoding: received.array[..<length], as: UTF8.self)
            received.removeFirst(length)
        }
        return reply
    }

    /// Everything up to and including a text.
    func text(until end: String) throws -> String? {
        let wanted = Array(end.utf8)
        while true {
            let bytes = received.array
            if bytes.count >= wanted.count {
                for start in 0...(bytes.count - wanted.count)
                where bytes[start..<start + wanted.count].elementsEqual(wanted) {
                    received.removeFirst(start + wanted.count)
                    return String(decoding: bytes[..<(start + wanted.count)], as: UTF8.self)
                }
            }
            if try !receive() { return nil }
        }
    }

    /// The next reply, if it comes in time.
    func reply(within milliseconds: Int) throws -> WebReply? {
        try socket.setTimeLimit(milliseconds: max(milliseconds, 1))
        defer { try? socket.setTimeLimit(milliseconds: 10_000) }
        return try reply()
    }

    /// Reads what comes until the end, or until nothing comes for 10 s.
    ///
    /// - Returns: how many bytes there were; nil without an end.
    func readToEnd() throws -> Int? {
        var count = 0
        while try receive() {
            count += received.count
            received.removeAll()
        }
        return hasEnded ? count : nil
    }

    private func receive() throws -> Bool {
        if hasEnded { return false }
        switch try socket.read(into: &received, maximum: 65_536) {
        case .bytes: return true
        case .wouldBlock: return false
        case .closed:
            hasEnded = true
            return false
        }
    }

    /// Whether the server has ended the connection, with nothing more to read.
    func isClosed() throws -> Bool {
        while try receive() {}
        return hasEnded && received.isEmpty
    }
}
