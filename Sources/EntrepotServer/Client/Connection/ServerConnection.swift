import Basics
import Connections
package import EventLoop
import Glibc
package import RESP
import System

/// A client's connection: requests go out in any number, replies are taken one by one in order.
///
/// One call may send and receive in turn, so that neither side waits for the other however much is
/// in flight. Threading: none of its own; every call that waits blocks its thread.
package struct ServerConnection: ~Copyable {
    /// How long a server may be silent while replies are owed, in milliseconds.
    package static let patienceMilliseconds = 60_000

    private var transport: Transport
    private let name: String
    private var output = ByteBuffer(capacity: 64 << 10)
    private var sent = 0
    private var input = ByteBuffer(capacity: 64 << 10)
    private var taken = 0
    private var decoder = RESPDecoder()
    /// Whether the server has said anything yet.
    private var hasHeard = false
    /// The requests without a reply yet.
    package private(set) var owed = 0

    /// Takes over a connected socket.
    package init(adopting socket: consuming Socket, name: String) throws(ClientError) {
        do throws(SystemError) { try socket.setNonBlocking(true) } catch {
            throw ClientError(error)
        }
        transport = Transport(plain: socket)
        self.name = name
    }

    /// Takes over a transport that does not block and is ready.
    private init(_ transport: consuming Transport, name: String) {
        self.transport = transport
        self.name = name
    }

    /// Connects and logs in.
    ///
    /// - Throws: a sentence that names the server.
    package static func open(_ options: ServerOptions) throws(ClientError) -> ServerConnection {
        var server = ServerConnection(
            try SecureLine.open(options), name: "\(options.address)")
        if let login = options.login {
            let words = ["AUTH", login.user, login.secret.revealed].compactMap { $0 }
            _ = try server.demand(words)
        }
        return server
    }

    /// Gives the transport away, which does not block; what was sent but not answered is the
    /// taker's matter.
    consuming func release() -> Transport { transport }

    /// Puts a request behind those that are in flight; it leaves when a reply is waited for.
    package mutating func send(_ words: [String]) {
        RequestWriter.append(words, to: &output)
        owed += 1
    }

    /// The reply to the oldest request that has none yet; the caller has sent one.
    ///
    /// - Throws: where the connection ends, is silent for too long, or says nonsense.
    package mutating func reply() throws(ClientError) -> RESPValue {
        while true {
            if taken < input.count, let value = try decode() {
                owed -= 1
                hasHeard = true
                return value
            }
            input.removeFirst(taken)
            taken = 0
            try transfer()
        }
    }

    /// Sends one request and waits for its reply; nothing else may be in flight.
    package mutating func ask(_ words: [String]) throws(ClientError) -> RESPValue {
        send(words)
        return try reply()
    }

    /// As ``ask(_:)``, for a request that has to succeed.
    package mutating func demand(_ words: [String]) throws(ClientError) -> RESPValue {
        let reply = try ask(words)
        if let refusal = reply.errorText { throw .refused(refusal) }
        return reply
    }

    private mutating func decode() throws(ClientError) -> RESPValue? {
        do throws(ReplyError) {
            switch try decoder.decode(input, from: taken) {
            case .needMore: return nil
            case .value(let value, let consumed):
                taken += consumed
                return value
            }
        } catch { throw ClientError("\(name) does not speak RESP: \(error)\(hint)") }
    }

    /// Waits until something can be moved, and moves it.
    private mutating func transfer() throws(ClientError) {
        if transport.hasUnreadBytes {
            do throws(SystemError) { return try read() } catch { throw ClientError(error) }
        }
        let hasOutput = sent < output.count
        var wait = pollfd(
            fd: transport.descriptor, events: Int16(hasOutput ? POLLIN | POLLOUT : POLLIN),
            revents: 0)
        do throws(SystemError) {
            let ready = try calling("poll \(name)") {
                poll(&wait, 1, Int32(Self.patienceMilliseconds))
            }
            if ready == 0 {
                throw SystemError(number: ETIMEDOUT, operation: "waiting for \(name)")
            }
            if hasOutput && wait.revents & Int16(POLLOUT) != 0 { try write() }
            if wait.revents & ~Int16(POLLOUT) != 0 { try read() }
        } catch { throw ClientError(error) }
    }

    private mutating func write() throws(SystemError) {
        // A peer that has gone away may have said why: the read finds out.
        if case .bytes(let count) = try transport.write(output, from: sent) { sent += count }
        if sent == output.count {
            output.removeAll(keeping: 1 << 20)
            sent = 0
        }
    }

    /// What a server that was not understood may be.
    private var hint: String {
        hasHeard || transport.isEncrypted
            ? "" : " (does it speak TLS? then --tls-ca FILE names its authority)"
    }

    private mutating func read() throws(SystemError) {
        if try transport.read(into: &input, maximum: 256 << 10) == .closed {
            throw SystemError(number: ECONNRESET, operation: "\(name) closed the connection\(hint)")
        }
    }
}
