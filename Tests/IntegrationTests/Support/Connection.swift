import Basics
import Glibc
import RESP

/// One client's socket: sends bytes as they are, reads replies with a deadline of ten seconds.
final class Connection {
    private let descriptor: Int32
    private var received = ByteBuffer()
    /// What of `received` has been given out.
    private var taken = 0
    private var decoder = RESPDecoder()

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if connected != 0 { throw Trouble("no connection to port \(port): \(errno)") }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
        waitAtMost(seconds: 10)
    }

    deinit { close(descriptor) }

    /// How long a read waits.
    func waitAtMost(seconds: Int, milliseconds: Int = 0) {
        var time = timeval(tv_sec: seconds, tv_usec: milliseconds * 1_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    // MARK: Sending

    /// Sends bytes; false where the other side is gone, or takes no more for ten seconds.
    @discardableResult func send(_ bytes: some Collection<UInt8>) -> Bool {
        let content = Array(bytes)
        var done = 0
        while done < content.count {
            let count = content[done...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            done += count
        }
        return true
    }

    @discardableResult func send(_ text: String) -> Bool { send(text.utf8) }

    /// Says that nothing more is sent; replies can still be read.
    func sendNoMore() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// One request in the array form.
    static func request(_ words: [String]) -> [UInt8] {
        var bytes = Array("*\(words.count)\r\n".utf8)
        for word in words {
            bytes += "$\(word.utf8.count)\r\n".utf8
            bytes += word.utf8
            bytes += [13, 10]
        }
        return bytes
    }

    // MARK: Receiving

    /// Sends one request and waits for its reply.
    @discardableResult func call(_ words: String...) throws -> RESPValue {
        send(Self.request(words))
        return try reply()
    }

    /// The next reply, or push.
    func reply() throws -> RESPValue {
        while true {
            if taken < received.count,
                case .value(let value, let consumed) = try decoder.decode(received, from: taken)
            {
                taken += consumed
                return value
            }
            guard try fill() else { throw Trouble("the connection ended before the reply") }
        }
    }

    /// Replies of a pipeline, in order.
    func replies(_ count: Int) throws -> [RESPValue] {
        var values: [RESPValue] = []
        for _ in 0..<count { values.append(try reply()) }
        return values
    }

    /// All bytes until the server closes the connection.
    func readToEnd() throws -> [UInt8] {
        while try fill() {}
        let rest = Array(received.bytes.array[taken...])
        taken = received.count
        return rest
    }

    /// What has come, until it ends in `end`.
    func readText(until end: String) throws -> String {
        while true {
            let text = String(decoding: received.bytes.array[taken...], as: UTF8.self)
            if text.hasSuffix(end) {
                taken = received.count
                return text
            }
            guard try fill() else { throw Trouble("the end came first, behind \(text)") }
        }
    }

    /// False at the end of the stream.
    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 262_144)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if taken == received.count {
            received.removeAll()
            taken = 0
        }
        if count > 0 { received.append(Array(chunk[..<count]).span) }
        if count < 0 && errno == ECONNRESET { return false }
        if count < 0 { throw Trouble("nothing came for too long: errno \(errno)") }
        return count > 0
    }
}

extension RESPValue {
    /// Whether this is an error that begins with `code`.
    func isError(_ code: String) -> Bool { errorText?.hasPrefix(code + " ") ?? false }
}
