import CSystem
import Glibc
package import System

/// Accepts connections on a TCP address or a Unix socket.
///
/// When the process runs out of descriptors it stops asking for 100 ms at a time instead of
/// spinning: clients wait in the backlog meanwhile. Threading: the loop's thread.
package final class Listener: EventHandler {
    private static let acceptsPerTurn = 64
    private static let pauseMilliseconds: UInt64 = 100

    /// What is really listened on, in numbers: shows the port chosen for port 0.
    package let endpoint: Endpoint
    /// How often accepting had to pause.
    package private(set) var pauseCount = 0
    /// Told of each pause and its reason.
    package var onPause: ((SystemError) -> Void)?

    private let socket: Socket
    private weak var loop: EventLoop?
    private var registration: Registration?
    private var pause: TimerToken?
    private var accept: ((consuming Socket, Endpoint) -> Void)?

    /// Binds and listens; connections wait until ``start(on:accept:)``.
    ///
    /// A Unix socket gets the mode 0600 before it can be seen; a socket file that nobody listens
    /// on any more is replaced.
    /// - Parameter backlog: connections that may wait; the kernel's own limit applies too.
    /// - Throws: `EADDRINUSE` when somebody listens there, the error of the last address otherwise.
    package init(endpoint: Endpoint, backlog: Int32 = 1_024) throws(SystemError) {
        var made: Socket?
        var failure = SystemError(number: EADDRNOTAVAIL, operation: "listen on \(endpoint)")
        for address in try endpoint.resolve(toListen: true) where made == nil {
            do {
                made = try Self.bind(address, endpoint, backlog)
            } catch {
                failure = error
            }
        }
        guard let socket = made.take() else { throw failure }
        if case .tcp = endpoint {
            var address = SocketAddress()
            try calling("getsockname") {
                unsafe address.withPointer { unsafe getsockname(socket.descriptor, $0, &$1) }
            }
            self.endpoint = address.endpoint()
        } else {
            self.endpoint = endpoint
        }
        self.socket = socket
    }

    deinit {
        if case .unix(let path) = endpoint { _ = try? FileSystem.remove(path) }
    }

    private static func bind(
        _ address: SocketAddress, _ endpoint: Endpoint, _ backlog: Int32
    ) throws(SystemError) -> Socket {
        var address = address
        let socket = try SocketOptions.makeSocket(family: address.family)
        if case .unix(let path) = endpoint {
            // Before bind, so that there is no moment with other permissions.
            try calling("fchmod \(path)") { fchmod(socket.descriptor, 0o600) }
            try removeStale(path)
        } else {
            try SocketOptions.set(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, 1)
            // Accepted sockets inherit these, which saves two calls each.
            try SocketOptions.set(socket.descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
            try SocketOptions.set(socket.descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        }
        try calling("listen on \(endpoint)") {
            unsafe address.withPointer { unsafe Glibc.bind(socket.descriptor, $0, $1) }
        }
        try calling("listen on \(endpoint)") { listen(socket.descriptor, backlog) }
        return socket
    }

    /// Removes the socket file of a process that is gone.
    private static func removeStale(_ path: String) throws(SystemError) {
        guard try FileSystem.kind(of: path) == .socket else { return }
        do {
            _ = try Socket.connect(to: .unix(path: path), timeoutMilliseconds: 100)
        } catch {
            if error.number == ECONNREFUSED { try FileSystem.remove(path) }
        }
    }

    /// Hands each new connection (non-blocking) and its far end to `accept`, on the loop's thread.
    package func start(
        on loop: EventLoop, accept: @escaping (consuming Socket, Endpoint) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.accept = accept
        registration = try loop.register(socket.descriptor, for: .readable, self)
    }

    /// Stops accepting; the address stays taken until the listener is gone.
    package func stop() {
        if let registration { loop?.deregister(registration) }
        if let pause { loop?.cancel(pause) }
        registration = nil
        pause = nil
        accept = nil
    }

    package func ready(_ events: ReadyEvents, on loop: EventLoop) {
        for _ in 0..<Self.acceptsPerTurn {
            var address = SocketAddress()
            let number = unsafe address.withPointer { pointer, length in
                unsafe csystem_accept(socket.descriptor, pointer, &length)
            }
            if number >= 0 {
                accept?(Socket(adopting: number), address.endpoint())
                // The callback may have stopped this listener.
                if registration == nil { return }
                continue
            }
            let error = SystemError.last("accept on \(endpoint)")
            switch error.number {
            case EAGAIN: return
            // The connection ended while it waited: ask for the next.
            case EINTR, ECONNABORTED, EPROTO: continue
            default: return pauseAccepting(error, loop)
            }
        }
    }

    private func pauseAccepting(_ error: SystemError, _ loop: EventLoop) {
        guard let registration, pause == nil else { return }
        pauseCount += 1
        onPause?(error)
        try? loop.watch(registration, for: [])
        pause = loop.schedule(afterMilliseconds: Self.pauseMilliseconds) { [weak self] in
            guard let self, let loop = self.loop, let registration = self.registration else {
                return
            }
            self.pause = nil
            try? loop.watch(registration, for: .readable)
        }
    }
}
