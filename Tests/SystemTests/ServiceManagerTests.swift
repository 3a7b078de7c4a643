import Basics
import Glibc
import System
import Testing

@Suite("What a service manager is told")
struct ServiceManagerTests {
    /// What `body` sends to a socket that is bound to `path`, where a zero begins an abstract name.
    private static func heard(at path: [UInt8], _ body: () throws -> Void) throws -> [String] {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_NONBLOCK, 0)
        defer { close(descriptor) }
        // The family, then the path.
        let address = [UInt8(AF_UNIX), 0] + path
        let status = address.withUnsafeBytes { bytes in
            guard let start = bytes.bindMemory(to: sockaddr.self).baseAddress else { return -1 }
            return Int(bind(descriptor, start, socklen_t(bytes.count)))
        }
        try #require(status == 0)
        try body()
        var heard: [String] = []
        while true {
            var room = [UInt8](repeating: 0, count: 256)
            let count = recv(descriptor, &room, room.count, 0)
            if count < 0 { return heard }
            heard.append(String(decoding: room[..<count], as: UTF8.self))
        }
    }

    private static func tell(_ socket: String) throws {
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": socket]))
        try manager.tell("READY=1")
        try manager.tell("STOPPING=1")
    }

    @Test("hears it at a path and under an abstract name")
    func told() throws {
        try withFolder { root in
            let path = root + "/notify"
            let heard = try Self.heard(at: Array(path.utf8) + [0]) { try Self.tell(path) }
            #expect(heard == ["READY=1", "STOPPING=1"])
            // It went away.
            try FileSystem.removeTree(path)
            #expect(throws: SystemError.self) { try Self.tell(path) }
        }
        let name = "entrepot-test-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        let heard = try Self.heard(at: [0] + Array(name.utf8)) { try Self.tell("@" + name) }
        #expect(heard == ["READY=1", "STOPPING=1"])
    }

    @Test("nobody asked: nobody is told")
    func nobody() {
        #expect(ServiceManager(environment: [:]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": ""]) == nil)
        #expect(ServiceManager(environment: ["NOTIFY_SOCKET": "notify"]) == nil)
    }

    @Test("a name that is too long is an error")
    func tooLong() throws {
        let path = "/" + String(repeating: "x", count: 200)
        let manager = try #require(ServiceManager(environment: ["NOTIFY_SOCKET": path]))
        #expect(throws: SystemError.self) { try manager.tell("READY=1") }
    }

    @Test("the file limit is what it may be")
    func files() {
        CurrentProcess.raiseFileLimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        #expect(getrlimit(resource, &limit) == 0)
        #expect(limit.rlim_cur == min(limit.rlim_max, 1 << 20))
    }
}
