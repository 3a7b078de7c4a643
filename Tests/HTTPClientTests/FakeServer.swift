import Glibc
import Synchronization
import System
import Testing

/// A server on a loopback port of its own; a script written in the test talks to each connection,
/// one after the other.
final class FakeServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let thread: SystemThread

    /// - Parameter serve: returns to close the connection.
    init(_ serve: @escaping @Sendable (Peer) -> Void) throws {
        let (listener, port) = try boundSocket()
        try #require(listen(listener, 16) == 0)
        self.listener = listener
        self.port = port
        thread = try SystemThread(name: "fake-server") {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 { return }
                serve(Peer(descriptor: connection))
                close(connection)
            }
        }
    }

    /// Runs `body` against a server and waits for the server's end. The clients of `body` must be
    /// gone when it returns.
    static func run(
        _ serve: @escaping @Sendable (Peer) -> Void, _ body: (FakeServer) throws -> Void
    ) throws {
        let server = try FakeServer(serve)
        defer { server.stop() }
        try body(server)
    }

    private func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        close(listener)
    }
}

/// A TCP socket bound to a free loopback port.
func boundSocket() throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
            bind(descriptor, general, length) == 0
                ? getsockname(descriptor, general, &length) : -1
        }
    }
    try #require(status == 0)
    return (descriptor, UInt16(bigEndian: address.sin_port))
}

/// The server's side of one connection.
final class Peer {
    private let descriptor: Int32
    private var pending: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// - Returns: false when the client is gone.
    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var done = 0
        while done < bytes.count {
            let sent = bytes.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done,
                    Int32(MSG_NOSIGNAL))
            }
            if sent <= 0 { return false }
            done += sent
        }
        return true
    }

    /// The text up to `mark` and with it; nil when the client is gone before.
    func read(until mark: String) -> String? {
        let wanted = Array(mark.utf8)
        var start = 0
        while true {
            while start + wanted.count <= pending.count {
                if pending[start..<(start + wanted.count)].elementsEqual(wanted) {
                    return take(start + wanted.count)
                }
                start += 1
            }
            if !fill() { return nil }
        }
    }

    /// `count` bytes; nil when the client is gone before.
    func read(count: Int) -> String? {
        while pending.count < count {
            if !fill() { return nil }
        }
        return take(count)
    }

    /// One HTTP request: head and body.
    func readRequest() -> String? {
        guard let head = read(until: "\r\n\r\n") else { return nil }
        let length = head.split(separator: "\r\n").compactMap { line -> Int? in
            line.lowercased().hasPrefix("content-length:")
                ? Int(line.dropFirst(15).drop { $0 == " " }) : nil
        }
        return read(count: length.first ?? 0).map { head + $0 }
    }

    func waitForEnd() {
        while fill() {}
    }

    private func take(_ count: Int) -> String {
        defer { pending.removeFirst(count) }
        return String(decoding: pending.prefix(count), as: UTF8.self)
    }

    private func fill() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let got = recv(descriptor, &part, part.count, 0)
        if got <= 0 { return false }
        pending += part.prefix(got)
        return true
    }
}

/// What a script saw, for the test to look at.
final class Log: Sendable {
    private let entries = Mutex<[String]>([])

    func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    var all: [String] { entries.withLock { $0 } }
}

/// Milliseconds that `body` takes.
func milliseconds(_ body: () throws -> Void) rethrows -> Int {
    let clock = ContinuousClock()
    let (seconds, attoseconds) = try clock.measure(body).components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
}
