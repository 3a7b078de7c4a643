package import Basics
import CSystem
import Glibc
package import System

/// A connected stream socket, closed when it goes out of scope.
///
/// Ownership: noncopyable. Deregister from the loop before letting it go. Threading: one at a time.
package struct Socket: ~Copyable, Sendable {
    /// What came of a read or write.
    package enum Transfer: Equatable, Sendable {
        /// So many bytes, at least one (0 only when 0 were asked for).
        case bytes(Int)
        /// Nothing can be moved now.
        case wouldBlock
        /// The peer has ended the stream or is gone.
        case closed
    }

    // Invariant: the descriptor is open and nobody else closes it, from init to deinit or release;
    // pointers passed to calls live for the call only and come with their counts.
    package let descriptor: Int32

    /// Takes over an open descriptor.
    package init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = Glibc.close(descriptor) }

    /// Gives the descriptor away unclosed, such as to another thread, which adopts it.
    package consuming func release() -> Int32 {
        let number = descriptor
        discard self
        return number
    }

    /// Appends what has arrived to `buffer`, at most `maximum` bytes.
    package func read(
        into buffer: inout ByteBuffer, maximum: Int
    ) throws(SystemError) -> Transfer {
        let got = unsafe buffer.appendFrom(maximum: maximum) { space in
            var result = 0
            repeat {
                result = unsafe recv(descriptor, space.baseAddress, space.count, 0)
            } while result < 0 && errno == EINTR
            return result
        }
        if got > 0 || maximum == 0 { return .bytes(got) }
        return got == 0 ? .closed : try Self.outcome(.last("read from a socket"))
    }

    /// Sends as much of `bytes` as fits; never raises `SIGPIPE`.
    package func write(_ bytes: Span<UInt8>) throws(SystemError) -> Transfer {
        let sent = unsafe bytes.withUnsafeBytes { pointer in
            var result = 0
            repeat {
                result = unsafe send(
                    descriptor, pointer.baseAddress, pointer.count, Int32(MSG_NOSIGNAL))
            } while result < 0 && errno == EINTR
            return result
        }
        return sent >= 0 ? .bytes(sent) : try Self.outcome(.last("write to a socket"))
    }

    /// Sends as much of `buffer`, from `offset` on, as fits. For buffers that are a property of an
    /// object, whose spans cannot leave the access.
    package func write(
        _ buffer: borrowing ByteBuffer, from offset: Int = 0
    ) throws(SystemError) -> Transfer {
        try write(buffer.bytes(in: offset..<buffer.count))
    }

    /// Sends all of `bytes`, waiting for room; for blocking sockets.
    /// - Throws: `EPIPE` when the peer is gone, `EAGAIN` when the time limit is over.
    package func writeAll(_ bytes: Span<UInt8>) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            switch try write(bytes.extracting(done..<bytes.count)) {
            case .bytes(let count): done += count
            case .closed: throw SystemError(number: EPIPE, operation: "write to a socket")
            case .wouldBlock: throw SystemError(number: EAGAIN, operation: "write to a socket")
            }
        }
    }

    private static func outcome(_ error: SystemError) throws(SystemError) -> Transfer {
        switch error.number {
        case EAGAIN, EWOULDBLOCK: return .wouldBlock
        case EPIPE, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: return .closed
        default: throw error
        }
    }

    /// Tells the peer that nothing more will be sent.
    package func shutdownWriting() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Has the system throw away what has not arrived when this closes, and tell the peer (RST):
    /// else it keeps megabytes for one that does not read, for as long as that answers its probes.
    package func discardUnsent() {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = UInt32(MemoryLayout<linger>.size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
    }

    /// Ends both directions, without closing yet.
    package func shutdownBoth() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The far end, in numbers.
    package func peer() -> Endpoint {
        var address = SocketAddress()
        let status = unsafe address.withPointer { unsafe getpeername(descriptor, $0, &$1) }
        return status == 0 ? address.endpoint() : .tcp(host: "unknown", port: 0)
    }

    /// Whether calls return at once, as a loop needs, or wait.
    package func setNonBlocking(_ isNonBlocking: Bool) throws(SystemError) {
        let flags = try calling("fcntl") { fcntl(descriptor, F_GETFL, 0) }
        let wanted = isNonBlocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK
        try calling("fcntl") { fcntl(descriptor, F_SETFL, wanted) }
    }

    /// Keeps the system from holding more than this of what was sent and has not arrived (Linux
    /// takes twice the number); else it lets the buffer grow to megabytes. Failing is harmless.
    package static func limitSendBuffer(of descriptor: Int32, bytes: Int) {
        try? SocketOptions.set(descriptor, SOL_SOCKET, SO_SNDBUF, Int32(clamping: bytes))
    }

    /// How long a blocking read or write waits before it gives `wouldBlock`; 0 for ever.
    package func setTimeLimit(milliseconds: Int) throws(SystemError) {
        let bounded = max(milliseconds, 0)
        var limit = timeval(tv_sec: bounded / 1_000, tv_usec: (bounded % 1_000) * 1_000)
        let size = UInt32(MemoryLayout<timeval>.size)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            try calling("setsockopt") {
                unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, size)
            }
        }
    }

    /// Connects, for clients: tries each address of a name in turn. The socket is blocking.
    ///
    /// - Parameter milliseconds: the time limit per address.
    /// - Throws: the last address's error, `ETIMEDOUT` when the time is over.
    package static func connect(
        to endpoint: Endpoint, timeoutMilliseconds milliseconds: Int = 5_000
    ) throws(SystemError) -> Socket {
        var failure = SystemError(number: EADDRNOTAVAIL, operation: "connect to \(endpoint)")
        for address in try endpoint.resolve(toListen: false) {
            do {
                return try connect(address, "connect to \(endpoint)", milliseconds)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(
        _ address: SocketAddress, _ operation: String, _ milliseconds: Int
    ) throws(SystemError) -> Socket {
        var address = address
        let socket = try SocketOptions.makeSocket(family: address.family)
        do {
            try calling(operation) {
                unsafe address.withPointer { unsafe Glibc.connect(socket.descriptor, $0, $1) }
            }
        } catch {
            // A Unix socket whose queue is full says EAGAIN, which is not under way.
            if error.number != EINPROGRESS { throw error }
            var wait = pollfd(fd: socket.descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = try calling(operation) {
                unsafe poll(&wait, 1, Int32(clamping: milliseconds))
            }
            if ready == 0 { throw SystemError(number: ETIMEDOUT, operation: operation) }
            let number = try SocketOptions.pendingError(socket.descriptor)
            if number != 0 { throw SystemError(number: number, operation: operation) }
        }
        if address.family != AF_UNIX {
            try SocketOptions.set(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        try socket.setNonBlocking(false)
        return socket
    }
}

/// Small calls that sockets and listeners share.
enum SocketOptions {
    /// A stream socket: non-blocking, closed on exec.
    static func makeSocket(family: Int32) throws(SystemError) -> Socket {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return Socket(adopting: try calling("socket") { socket(family, type, 0) })
    }

    static func set(
        _ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(SystemError) {
        var value = value
        try calling("setsockopt") {
            unsafe setsockopt(descriptor, level, option, &value, 4)
        }
    }

    /// The error a connection attempt ended with, or 0.
    static func pendingError(_ descriptor: Int32) throws(SystemError) -> Int32 {
        var number: Int32 = 0
        var size: UInt32 = 4
        try calling("getsockopt") {
            unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size)
        }
        return number
    }
}
