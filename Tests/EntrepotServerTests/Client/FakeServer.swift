import Basics
import EntrepotServer
import EventLoop
import Glibc
import RESP
import Synchronization
import System

/// A server at the other end of a socket pair, which answers as it is told and keeps what it was
/// asked.
final class FakeServer: Sendable {
    /// Gives the reply, in RESP, to the words of a request; nil ends the connection.
    typealias Answer = @Sendable ([String]) -> String?

    private let asked = Mutex<[[String]]>([])
    private let answer: Answer

    init(_ answer: @escaping Answer) { self.answer = answer }

    var requests: [[String]] { asked.withLock { $0 } }

    /// A new connection to it.
    func connect() throws -> ServerConnection {
        var pair: [Int32] = [-1, -1]
        try calling("socketpair") {
            socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair)
        }
        let far = pair[1]
        _ = try SystemThread(name: "fake") { self.serve(Socket(adopting: far)) }
        return try ServerConnection(adopting: Socket(adopting: pair[0]), name: "fake")
    }

    private func serve(_ socket: borrowing Socket) {
        var parser = RequestParser()
        var words = ArgumentVector()
        var input = ByteBuffer()
        while true {
            guard let got = try? socket.read(into: &input, maximum: 64 << 10), got != .closed
            else { return }
            var output = ByteBuffer()
            var consumed = 0
            while case .request(let count) = parser.parse(
                input, from: consumed, limits: .standard, into: &words)
            {
                consumed += count
                let request = (0..<words.count).map {
                    String(decoding: words[$0].array, as: UTF8.self)
                }
                asked.withLock { $0.append(request) }
                guard let reply = answer(request) else { return }
                output.append(reply)
            }
            input.removeFirst(consumed)
            if (try? socket.writeAll(output.bytes)) == nil { return }
        }
    }

    /// A bulk string.
    static func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }
}

/// A folder for one test, removed with it.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var random = SystemRandomNumberGenerator()
        path = "/tmp/entrepot-client-\(getpid())-\(random.next())"
        try FileSystem.makeFolder(path)
    }

    deinit { _ = try? FileSystem.removeTree(path) }

    /// Writes a file and gives its path.
    func write(_ name: String, _ text: String) throws -> String {
        let path = "\(path)/\(name)"
        try FileSystem.writeAtomically(Array(text.utf8).span, to: path)
        return path
    }

    func read(_ name: String) throws -> String {
        String(decoding: try FileSystem.read("\(path)/\(name)").array, as: UTF8.self)
    }
}
