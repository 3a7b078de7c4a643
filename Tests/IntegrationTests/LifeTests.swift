import Glibc
import RESP
import Testing

/// How a server starts, stops and gives up.
@Suite(
    "Start and end", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(2)))
struct LifeTests {
    private func market(_ server: TestServer) throws -> Connection {
        let client = try server.connect()
        for station in ["mars", "ceres"] { try client.call("STATION", "ADD", station) }
        try client.call("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
        try client.call("INVENTORY", "ADD", "mars", "water", "1000000")
        return client
    }

    @Test(arguments: [SIGTERM, SIGINT]) func stopInGoodOrder(signal: Int32) throws {
        let server = try TestServer()
        let client = try market(server)
        client.send(
            (0..<500).flatMap {
                Connection.request(["TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "t-\($0)"])
            })
        let first = try client.reply()
        server.program.signal(signal)
        // Whatever was answered is there behind the next start; the connection ends cleanly.
        var replies = [first]
        while let reply = try? client.reply() { replies.append(reply) }
        #expect(try server.program.wait() == 0)
        try server.restart()
        let again = try server.connect()
        for (number, reply) in replies.enumerated() where reply.errorText == nil {
            #expect(try again.call("TRADE", "GET", "t-\(number)") == reply)
        }
        #expect(try again.call("INVENTORY", "LEVEL", "mars", "water").integer ?? 0 >= 999_500)
    }

    @Test func shutdownCommand() throws {
        let server = try TestServer()
        server.program.signal(0)
        try server.connect().send("SHUTDOWN\r\n")
        #expect(try server.program.wait() == 0)
    }

    @Test func aSecondServerIsRefused() throws {
        let server = try TestServer()
        let binary = try #require(TestServer.binary)
        let second = try Program.run(
            [binary, "serve", "--data", server.data, "--tcp", "127.0.0.1:0", "--http", "off"],
            in: server.folder.path)
        #expect(second.status == 1)
        #expect(second.error.contains(server.data), "\(second.error)")
        #expect(second.error.split(separator: "\n").count == 1, "\(second.error)")
        #expect(try server.connect().call("PING") == .simple("PONG"))
    }

    @Test func aTakenPortIsRefused() throws {
        let server = try TestServer()
        let binary = try #require(TestServer.binary)
        let second = try Program.run(
            [
                binary, "serve", "--data", server.folder.path + "/other", "--tcp",
                "127.0.0.1:\(server.port)", "--http", "off",
            ], in: server.folder.path)
        #expect(second.status == 1)
        #expect(second.error.contains("\(server.port)"), "\(second.error)")
    }

    /// Under the floor of free space writes are refused; reads and the way back work.
    @Test func freeSpaceFloor() throws {
        let server = try TestServer()
        let client = try market(server)
        try client.call("CONFIG", "SET", "free_space_floor_bytes", "17592186044416")
        try awaitReply(client, isRefused: true)
        #expect(try client.call("INVENTORY", "LEVEL", "mars", "water").integer != nil)
        #expect(try client.call("TRADE", "LIST").errorText == nil)
        try client.call("CONFIG", "SET", "free_space_floor_bytes", "16777216")
        try client.call("CONFIG", "SET", "free_space_floor_percent", "0")
        try awaitReply(client, isRefused: false)
    }

    /// Replies that did not wait for the disk may be gone: behind an unclean stop the history is
    /// another one, and only then.
    @Test func historyBehindAnUncleanStop() throws {
        let server = try TestServer()
        let client = try market(server)
        let first = try history(client)
        server.program.kill()
        try server.restart()
        let again = try server.connect()
        #expect(try history(again) == first)
        #expect(try again.call("CONFIG", "SET", "fsync", "off") == .simple("OK"))
        try again.call("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "t-1")
        server.program.kill()
        try server.restart()
        let third = try server.connect()
        let second = try history(third)
        #expect(second != first)
        #expect(try third.call("TRADE", "GET", "t-1") != .null)
        server.program.signal(SIGTERM)
        #expect(try server.program.wait() == 0)
        try server.restart()
        #expect(try history(server.connect()) == second)
    }

    private func history(_ client: Connection) throws -> String {
        let info = try client.call("INFO", "entrepot").text ?? ""
        return String(try #require(info.text(behind: "\r\nhistory:")).prefix(16))
    }

    /// A disk that is full: nothing breaks, and freeing some of it is enough.
    @Test(.enabled(if: getuid() == 0, "only root can mount a small disk"))
    func fullDisk() throws {
        let folder = try Folder()
        let disk = folder.path + "/disk"
        mkdir(disk, 0o700)
        let mount = ["mount", "-t", "tmpfs", "-o", "size=96m", "entrepot-test", disk]
        guard try Program.run(mount, in: folder.path).status == 0 else { return }
        defer { _ = try? Program.run(["umount", "-l", disk], in: folder.path) }
        let server = try TestServer(
            variables: [
                "ENTREPOT_FREE_SPACE_FLOOR_BYTES": "16777216",
                "ENTREPOT_FREE_SPACE_FLOOR_PERCENT": "0",
            ], data: disk + "/data")
        let client = try market(server)
        for _ in 0..<3 {
            let filler = disk + "/filler"
            let fill = ["sh", "-c", "head -c 80000000 /dev/zero > \(filler)"]
            _ = try Program.run(fill, in: folder.path)
            try awaitReply(client, isRefused: true)
            let level = try client.call("INVENTORY", "LEVEL", "mars", "water")
            #expect(level.integer != nil)
            unlink(filler)
            try awaitReply(client, isRefused: false)
        }
        server.program.signal(SIGTERM)
        #expect(try server.program.wait() == 0)
    }

    /// Writes until they are refused for want of space, or are not, for ten seconds at most.
    private func awaitReply(_ client: Connection, isRefused: Bool) throws {
        for _ in 0..<200 {
            let reply = try client.call("TRADE", "CREATE", "mars", "ceres", "water:1")
            if reply.isError("NOSPACE") == isRefused { return }
            usleep(50_000)
        }
        Issue.record("NOSPACE is not \(isRefused)")
    }

    /// When the disk refuses an fsync nobody gets a reply, and the process says why and ends.
    @Test(.enabled(if: Program.isThere("strace"), "strace is not installed"))
    func fsyncFails() throws {
        let inject = "fsync,fdatasync:error=EIO:when=40+"
        let server: TestServer
        do {
            server = try TestServer(
                prefix: [
                    "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e",
                    "inject=" + inject,
                ])
        } catch {
            // Tracing may be forbidden here.
            guard "\(error)".contains("ptrace") else { throw error }
            return
        }
        let client = try market(server)
        var acknowledged = 0
        for number in 0..<200 {
            client.send("TRADE CREATE mars ceres water:1 ID t-\(number)\r\n")
            guard let reply = try? client.reply() else { break }
            #expect(reply.errorText == nil)
            acknowledged += 1
        }
        #expect(acknowledged < 200)
        #expect(try server.program.wait() == 1)
        #expect(server.program.errorText.contains("nothing was acknowledged"))
        try server.restart()
        let again = try server.connect()
        for number in 0..<acknowledged {
            #expect(try again.call("TRADE", "GET", "t-\(number)") != .null)
        }
        #expect(
            try again.call("TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "t-\(acknowledged)")
                .errorText == nil)
    }
}
