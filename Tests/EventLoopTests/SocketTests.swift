import Basics
import EventLoop
import Glibc
import System
import Testing

/// Echoes what it reads until the peer ends the stream.
private final class Echo: EventHandler {
    private let socket: Socket
    private var registration: Registration?
    private var buffer = ByteBuffer()

    init(_ socket: consuming Socket) { self.socket = socket }

    func start(_ loop: EventLoop) throws(SystemError) {
        registration = try loop.register(socket.descriptor, for: .readable, self)
    }

    func ready(_ events: ReadyEvents, on loop: EventLoop) {
        do {
            switch try socket.read(into: &buffer, maximum: 4_096) {
            case .bytes:
                guard case .bytes(let sent) = try socket.write(buffer) else { return }
                buffer.removeFirst(sent)
            case .wouldBlock: return
            case .closed: if let registration { loop.deregister(registration) }
            }
        } catch {
            Issue.record(error)
        }
    }
}

/// An echoing server for `body`, on its own thread.
private func withEcho(
    _ endpoint: Endpoint, _ body: (Endpoint, Monitor<[Endpoint]>) throws -> Void
) throws {
    let loop = try EventLoop()
    let listener = try Listener(endpoint: endpoint)
    let bound = listener.endpoint
    let peers = Monitor<[Endpoint]>([])
    try listener.start(on: loop) { socket, peer in
        peers.update { $0.append(peer) }
        let echo = Echo(socket)
        do { try echo.start(loop) } catch { Issue.record(error) }
    }
    let thread = try SystemThread(name: "echo") {
        do { try loop.run() } catch { Issue.record(error) }
    }
    defer {
        loop.stop()
        thread.join()
        listener.stop()
    }
    try body(bound, peers)
}

private func exchange(_ endpoint: Endpoint) throws -> [UInt8] {
    let client = try Socket.connect(to: endpoint)
    try client.setTimeLimit(milliseconds: 5_000)
    try client.writeAll(Array("hello".utf8).span)
    var buffer = ByteBuffer()
    while buffer.count < 5 {
        guard case .bytes = try client.read(into: &buffer, maximum: 100) else { break }
    }
    return buffer.array
}

@Suite("Sockets")
struct SocketTests {
    @Test("talks over TCP", arguments: ["127.0.0.1:0", "[::1]:0", "localhost:0"])
    func tcp(text: String) throws {
        let endpoint = try #require(Endpoint(text))
        do {
            try withEcho(endpoint) { bound, peers in
                #expect(bound.port > 0 && bound.isLoopback)
                let answer = try exchange(bound)
                #expect(answer == Array("hello".utf8))
                let peer = peers.wait(milliseconds: 1_000) { $0.first }
                #expect(peer?.host == bound.host)
            }
        } catch let error as SystemError {
            // A machine without IPv6 cannot show it.
            guard text.hasPrefix("["), error.number == EADDRNOTAVAIL || error.number == EAFNOSUPPORT
            else { throw error }
        }
    }

    @Test("talks over a Unix socket that only its owner may open")
    func unix() throws {
        let path = "/tmp/entrepot-loop-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let endpoint = try #require(Endpoint(path))
        try withEcho(endpoint) { bound, _ in
            #expect(bound == endpoint && bound.isLoopback)
            let permissions = try FileSystem.permissions(of: path)
            #expect(permissions == 0o600)
            let answer = try exchange(bound)
            #expect(answer == Array("hello".utf8))
            // Somebody listens here.
            #expect { _ = try Listener(endpoint: endpoint) } throws: {
                ($0 as? SystemError)?.number == EADDRINUSE
            }
        }
        #expect(try FileSystem.kind(of: path) == nil)
    }

    @Test("takes the place of a dead process's socket, and of nothing else")
    func staleUnix() throws {
        let path = "/tmp/entrepot-stale-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        defer { _ = try? FileSystem.remove(path) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0)
        close(dead)
        #expect(try FileSystem.kind(of: path) == .socket)
        do { _ = try Listener(endpoint: .unix(path: path)) }
        try FileSystem.writeAtomically([1].span, to: path)
        #expect(throws: SystemError.self) { _ = try Listener(endpoint: .unix(path: path)) }
        #expect(try FileSystem.kind(of: path) == .file)
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect { _ = try Listener(endpoint: .unix(path: long)) } throws: {
            ($0 as? SystemError)?.number == ENAMETOOLONG
        }
    }

    @Test("says would-block, partial and closed as values")
    func transfers() throws {
        let (left, right) = try socketPair()
        let near = Socket(adopting: left)
        let far = Socket(adopting: right)
        var buffer = ByteBuffer()
        let moved1 = try near.read(into: &buffer, maximum: 100)
        #expect(moved1 == .wouldBlock)
        let block = [UInt8](repeating: 7, count: 1 << 20)
        var total = 0
        var wasPartial = false
        while case .bytes(let count) = try near.write(block.span) {
            total += count
            if count < block.count { wasPartial = true }
        }
        #expect(wasPartial && total > 0)
        var received = 0
        while case .bytes(let count) = try far.read(into: &buffer, maximum: 1 << 16) {
            received += count
            buffer.removeAll()
        }
        #expect(received == total)
        near.shutdownWriting()
        let moved2 = try far.read(into: &buffer, maximum: 100)
        #expect(moved2 == .closed)
        far.shutdownBoth()
        let outcome = try near.write([1].span)
        #expect(outcome == .closed)
    }

    /// Both ends of a connection over TCP, the near one without waiting.
    private func connection() throws -> (near: Int32, far: Int32) {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listening) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, size) + listen(listening, 1) + getsockname(listening, $0, &size)
            }
        }
        try #require(status == 0)
        let port = UInt16(bigEndian: address.sin_port)
        let far = try Socket.connect(to: .tcp(host: "127.0.0.1", port: port))
        let near = accept(listening, nil, nil)
        try #require(near >= 0)
        return (near, far.release())
    }

    @Test("throws away what a peer has not read")
    func discards() throws {
        let (near, far) = try connection()
        let reader = Socket(adopting: far)
        var total = 0
        do {
            let writer = Socket(adopting: near)
            try writer.setNonBlocking(true)
            let block = [UInt8](repeating: 7, count: 1 << 20)
            while case .bytes(let count) = try writer.write(block.span) { total += count }
            writer.discardUnsent()
            writer.shutdownBoth()
        }
        var buffer = ByteBuffer()
        var received = 0
        while case .bytes(let count) = try reader.read(into: &buffer, maximum: 1 << 16) {
            received += count
            buffer.removeAll()
        }
        // What had arrived may be read; the rest is gone with the connection.
        #expect(received < total)
    }

    @Test("fails to connect in words")
    func refusal() throws {
        let free = try Listener(endpoint: .tcp(host: "127.0.0.1", port: 0)).endpoint
        #expect {
            _ = try Socket.connect(to: free)
        } throws: {
            "\($0)" == "connect to \(free): Connection refused"
        }
        #expect(throws: SystemError.self) {
            _ = try Socket.connect(to: .unix(path: "/tmp/entrepot-no-such.sock"))
        }
    }

    // In a process of its own, because the limit is the whole process's.
    @Test("pauses without spinning while there are no descriptors")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            let clock = ManualClock()
            let loop = try EventLoop(clock: clock)
            let listener = try Listener(endpoint: .tcp(host: "127.0.0.1", port: 0))
            var accepted = 0
            try listener.start(on: loop) { _, _ in accepted += 1 }
            let client = try Socket.connect(to: listener.endpoint)
            // Descriptors are given out from the lowest: none is left below the last one.
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            let before = limit
            limit.rlim_cur = rlim_t(client.descriptor) + 1
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            // Nor in a gap that the process was born with.
            while dup(client.descriptor) >= 0 {}
            for _ in 0..<10 { try loop.turn(maximumMilliseconds: 0) }
            let wasPaused = accepted == 0 && listener.pauseCount == 1
            clock.advance(milliseconds: 200)
            try loop.turn(maximumMilliseconds: 0)
            try loop.turn(maximumMilliseconds: 0)
            let pausedAgain = accepted == 0 && listener.pauseCount == 2
            limit = before
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            clock.advance(milliseconds: 200)
            try loop.turn(maximumMilliseconds: 0)
            try loop.turn(maximumMilliseconds: 1_000)
            exit(wasPaused && pausedAgain && accepted == 1 ? 0 : 1)
        }
    }

    @Test("refuses a port that is taken")
    func portTaken() throws {
        let first = try Listener(endpoint: .tcp(host: "127.0.0.1", port: 0))
        #expect {
            _ = try Listener(endpoint: first.endpoint)
        } throws: {
            ($0 as? SystemError)?.number == EADDRINUSE
        }
    }

    @Test(
        "reads endpoints",
        arguments: [
            ("127.0.0.1:7400", "127.0.0.1:7400", true), ("[::1]:80", "[::1]:80", true),
            ("localhost:1", "localhost:1", true), ("example.org:65535", "example.org:65535", false),
            ("127.evil.example:1", "127.evil.example:1", false),
            ("0.0.0.0:1", "0.0.0.0:1", false), ("unix:a.sock", "unix:a.sock", true),
            ("/a/b", "unix:/a/b", true), ("", nil, false), ("7400", nil, false),
            (":7400", nil, false), ("a:", nil, false), ("a:65536", nil, false),
            ("a:+1", nil, false), ("a: 1", nil, false), ("::1:80", nil, false),
            ("unix:", nil, false),
        ] as [(String, String?, Bool)])
    func endpoints(text: String, expected: String?, isLoopback: Bool) {
        let endpoint = Endpoint(text)
        #expect(endpoint?.description == expected)
        #expect(endpoint?.isLoopback ?? false == isLoopback)
    }
}
