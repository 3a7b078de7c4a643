import Basics
import Connections
import EventLoop
import Glibc
import System
import TLS

/// A client's way to its server, encrypted where it should be.
enum SecureLine {
    /// How long a server may take to shake hands, in milliseconds.
    private static let patienceMilliseconds: Int32 = 10_000

    /// Connects, and shakes hands where TLS is spoken.
    ///
    /// - Returns: a transport that is ready and does not block.
    /// - Throws: a sentence that names the server and what is wrong.
    static func open(_ options: ServerOptions) throws(ClientError) -> Transport {
        let socket = try options.address.connect()
        do throws(SystemError) { try socket.setNonBlocking(true) } catch {
            throw ClientError(error)
        }
        guard let security = options.security, case .tcp(let host, _) = options.address else {
            return Transport(plain: socket)
        }
        var transport: Transport
        do throws(TLSError) {
            let context = try TLSContext.client(
                authorities: security.authorities, files: security.files,
                now: SystemClock().wallMilliseconds() / 1_000)
            transport = try Transport(socket, connecting: context, host: host)
        } catch { throw ClientError("TLS: \(error)") }
        try shakeHands(&transport, "\(options.address)")
        return transport
    }

    private static func shakeHands(
        _ transport: inout Transport, _ name: String
    ) throws(ClientError) {
        while true {
            let events: Int32
            switch transport.handshake() {
            case .done: return
            case .wantsRead: events = POLLIN
            case .wantsWrite: events = POLLOUT
            case .failed(let reason): throw ClientError("no TLS with \(name): \(reason)")
            }
            var wait = pollfd(fd: transport.descriptor, events: Int16(events), revents: 0)
            do throws(SystemError) {
                let ready = try calling("poll \(name)") { poll(&wait, 1, patienceMilliseconds) }
                if ready == 0 {
                    throw SystemError(number: ETIMEDOUT, operation: "TLS with \(name)")
                }
            } catch { throw ClientError(error) }
        }
    }
}
