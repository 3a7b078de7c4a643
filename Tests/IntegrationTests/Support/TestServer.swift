import Basics
import Glibc
import RESP

/// The real release binary on a data directory of its own and a free port.
final class TestServer {
    /// The binary under test; nil where it was not built.
    static let binary: String? = {
        let built = Folder.repository + "/.build/release/entrepot"
        let path = Program.environment["ENTREPOT_BINARY"] ?? built
        return access(path, X_OK) == 0 ? path : nil
    }()

    static let isThere = binary != nil
    static let absence = "no release binary: scripts/test builds it, ENTREPOT_BINARY names one"

    /// The variables of a server whose admin has the password of `authorization`.
    static let withPassword = ["ENTREPOT_ADMIN_PASSWORD": "pass-word-1"]
    /// The header line of that admin.
    static let authorization = "Authorization: Basic YWRtaW46cGFzcy13b3JkLTE=\r\n"

    let folder: Folder
    let data: String
    private(set) var program: Program
    private(set) var port: UInt16 = 0
    /// Of the HTTP edge; 0 where the test asked for none.
    private(set) var httpPort: UInt16 = 0
    private let flags: [String]
    private let variables: [String: String]

    /// - Parameters:
    ///   - data: the data directory; nil makes one.
    ///   - prefix: words before the program's, such as a tracer's.
    ///   - http: whether it listens for HTTP as well.
    init(
        _ flags: [String] = [], variables: [String: String] = [:], data: String? = nil,
        prefix: [String] = [], http: Bool = false
    ) throws {
        folder = try Folder()
        self.data = data ?? folder.path + "/data"
        self.flags = ["--http", http ? "127.0.0.1:0" : "off"] + flags
        self.variables = variables
        program = try Self.spawn(folder, self.data, self.flags, variables, prefix)
        try awaitReady()
    }

    /// Starts it once more on the same data, behind whatever ended it.
    func restart() throws {
        program.kill()
        program = try Self.spawn(folder, data, flags, variables, [])
        try awaitReady()
    }

    func connect() throws -> Connection { try Connection(port: port) }

    /// A connection to the HTTP edge.
    func connectHTTP() throws -> Connection { try Connection(port: httpPort) }

    /// Resident memory in KiB.
    var residentKiB: Int {
        let text = Folder.text(of: "/proc/\(program.processID)/status")
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    private static func spawn(
        _ folder: Folder, _ data: String, _ flags: [String], _ variables: [String: String],
        _ prefix: [String]
    ) throws -> Program {
        guard let binary else { throw Trouble(absence) }
        let words =
            prefix + [
                binary, "serve", "--data", data, "--tcp", "127.0.0.1:0",
                "--plugins", folder.path + "/plugins",
            ]
        return try Program(words + flags, in: folder.path, environment: variables)
    }

    private func awaitReady() throws {
        for _ in 0..<4_000 {
            let line = program.output
            if line.hasSuffix("\n"), let rest = line.text(behind: "tcp=127.0.0.1:") {
                port = UInt16(rest.prefix { $0.isNumber }) ?? 0
                let web = line.text(behind: "http=127.0.0.1:")
                httpPort = web.flatMap { UInt16($0.prefix { $0.isNumber }) } ?? 0
                return
            }
            if let status = program.poll() {
                throw Trouble("exit \(status): \(program.errorText)")
            }
            usleep(5_000)
        }
        throw Trouble("not ready within 20 s: \(program.errorText)")
    }
}

extension String {
    /// What stands behind the first occurrence of `text`; nil where there is none.
    func text(behind text: String) -> Substring? {
        let wanted = Array(text.utf8)
        let bytes = Array(utf8)
        guard bytes.count >= wanted.count else { return nil }
        for start in 0...(bytes.count - wanted.count)
        where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
            return Substring(decoding: bytes[(start + wanted.count)...], as: UTF8.self)
        }
        return nil
    }
}
