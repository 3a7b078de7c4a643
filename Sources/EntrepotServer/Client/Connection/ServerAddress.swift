import EventLoop
import System

/// Where a client finds its server.
package enum ServerAddress: Equatable, Sendable, CustomStringConvertible {
    case tcp(host: String, port: UInt16)
    case unix(path: String)

    /// Where a server listens unless told otherwise.
    package static let standard = ServerAddress.tcp(host: "127.0.0.1", port: 7_400)

    /// Reads `HOST:PORT`, `unix:PATH` or an absolute path; nil for anything else, and for port 0.
    package init?(_ text: String) {
        if text.hasPrefix("unix:") || text.hasPrefix("/") {
            let path = text.hasPrefix("/") ? text : String(text.dropFirst(5))
            if path.isEmpty { return nil }
            self = .unix(path: path)
        } else {
            guard let place = Endpoint(setting: text), place.port > 0 else { return nil }
            self = .tcp(host: place.host, port: place.port)
        }
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }

    /// A connected socket, in blocking mode.
    func connect() throws(ClientError) -> Socket {
        do throws(SystemError) {
            switch self {
            case .tcp(let host, let port):
                return try Socket.connect(to: .tcp(host: host, port: port))
            case .unix(let path): return try Socket.connect(to: .unix(path: path))
            }
        } catch { throw ClientError("\(error); is `entrepot serve` running there?") }
    }
}
