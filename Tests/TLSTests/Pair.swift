import Basics
import Glibc
import TLS

/// Two sessions over a pair of sockets, one of each side, driven in turn by one thread.
final class Pair {
    var client: TLSSession
    var server: TLSSession
    let clientSocket: Int32
    let serverSocket: Int32

    /// - Parameter room: bytes of the sockets' buffers; 0 leaves them as they are.
    init(
        client clientContext: TLSContext, server serverContext: TLSContext,
        host: String = "localhost", room: Int32 = 0
    ) throws(TLSError) {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        socketpair(AF_UNIX, type, 0, &ends)
        var room = room
        if room > 0 { for end in ends { setsockopt(end, SOL_SOCKET, SO_SNDBUF, &room, 4) } }
        clientSocket = ends[0]
        serverSocket = ends[1]
        server = try TLSSession(accepting: ends[1], serverContext)
        client = try TLSSession(connecting: ends[0], clientContext, host: host)
    }

    /// The server's side.
    var isReady: Bool { server.isReady }
    var hasEndToRead: Bool { server.hasEndToRead }

    deinit {
        close(clientSocket)
        close(serverSocket)
    }

    /// Lets both sides shake hands until neither can go on.
    func shakeHands() -> (client: TLSHandshake, server: TLSHandshake) {
        var ends = (client: TLSHandshake.wantsRead, server: TLSHandshake.wantsRead)
        for _ in 0..<10 {
            if ends.client == .wantsRead { ends.client = client.handshake() }
            if ends.server == .wantsRead { ends.server = server.handshake() }
        }
        return ends
    }

    /// What the server can read now, and how it ended.
    func received(_ maximum: Int = 1 << 20) -> (text: String, end: TLSOutcome) {
        var buffer = ByteBuffer()
        while true {
            let outcome = server.read(into: &buffer, maximum: maximum)
            if case .bytes = outcome { continue }
            return (String(decoding: buffer.array, as: UTF8.self), outcome)
        }
    }

    /// What the client can read now, and how it ended.
    func answered() -> (text: String, end: TLSOutcome) {
        var buffer = ByteBuffer()
        while true {
            let outcome = client.read(into: &buffer, maximum: 1 << 20)
            if case .bytes = outcome { continue }
            return (String(decoding: buffer.array, as: UTF8.self), outcome)
        }
    }
}
