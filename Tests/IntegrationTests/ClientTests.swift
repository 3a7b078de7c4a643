import Glibc
import RESP
import Testing

/// Programs that were written for Redis, unchanged.
@Suite(
    "Stock clients", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(2)))
struct ClientTests {
    private func market(_ server: TestServer) throws {
        let client = try server.connect()
        try client.call("STATION", "ADD", "mars")
        try client.call("STATION", "ADD", "ceres")
        try client.call("ITEM", "ADD", "water", "PRICE", "2.00", "CR")
        let stocked = try client.call("INVENTORY", "ADD", "mars", "water", "1000000")
        #expect(stocked.errorText == nil)
    }

    @Test(.enabled(if: Program.isThere("redis-cli"), "redis-cli is not installed"))
    func redisCommandLine() throws {
        let server = try TestServer()
        try market(server)
        func ask(_ words: String...) throws -> String {
            let asked = ["redis-cli", "-p", "\(server.port)"] + words
            return try Program.run(asked, in: server.folder.path).output
        }
        #expect(try ask("PING") == "PONG\n")
        #expect(try ask("INVENTORY", "LEVEL", "mars", "water") == "1000000\n")
        #expect(try ask("TRADE", "GET", "none") == "\n")
        #expect(try ask("TRADE", "NEVER").hasPrefix("ERR "))
        let trade = try ask("TRADE", "CREATE", "mars", "ceres", "water:5", "ID", "t-1")
        #expect(trade.contains("\"total\":\"10.00\""))
        #expect(try ask("-3", "TRADE", "GET", "t-1").hasPrefix("{\"id\":\"t-1\""))
        #expect(try ask("-3", "HELLO").contains("proto 3"))
        #expect(try ask("--no-raw", "TRADE", "GET", "none") == "(nil)\n")
        let typed = try server.folder.write(
            "typed", Array("echo \"two words\"\nmulti\ninventory level mars water\nexec\n".utf8))
        let typing = ["redis-cli", "-p", "\(server.port)"]
        let session = try Program.run(typing, in: server.folder.path, input: typed).output
        #expect(session == "two words\nOK\nQUEUED\n999995\n")
    }

    /// `redis-cli --pipe` sends without reading and ends with an ECHO of 20 random bytes.
    @Test(.enabled(if: Program.isThere("redis-cli"), "redis-cli is not installed"))
    func tenThousandTradesThroughAPipe() throws {
        let server = try TestServer()
        try market(server)
        var bytes: [UInt8] = []
        for number in 0..<10_000 {
            bytes += Connection.request([
                "TRADE", "CREATE", "mars", "ceres", "water:1", "ID", "p-\(number)",
            ])
        }
        let input = try server.folder.write("trades", bytes)
        let words = ["redis-cli", "-p", "\(server.port)", "--pipe"]
        let done = try Program.run(words, in: server.folder.path, input: input)
        #expect(done.status == 0)
        #expect(done.output.contains("errors: 0, replies: 10000"))
        let client = try server.connect()
        #expect(try client.call("INVENTORY", "LEVEL", "mars", "water") == .integer(990_000))
        #expect(try client.call("TRADE", "GET", "p-9999") != .null)
    }

    @Test(.enabled(if: Program.isThere("redis-benchmark"), "redis-benchmark is not installed"))
    func redisBenchmark() throws {
        let server = try TestServer()
        try market(server)
        for command in [
            ["-t", "ping"], ["INVENTORY", "LEVEL", "mars", "water"],
            [
                "-r", "1000000000", "TRADE", "CREATE", "mars", "ceres", "water:1", "ID",
                "b-__rand_int__",
            ],
        ] {
            let words =
                ["redis-benchmark", "-p", "\(server.port)", "-n", "2000", "-P", "16", "-q"]
                + command
            let done = try Program.run(words, in: server.folder.path)
            #expect(done.status == 0)
            #expect(done.output.contains("requests per second"), "\(done.output)\(done.error)")
            #expect(!done.output.contains("Error"), "\(done.output)")
        }
    }

    static let python = Folder.repository + "/.venv/bin/python"

    @Test(
        .enabled(if: access(python, X_OK) == 0, "no .venv: scripts/test makes it"),
        arguments: ["2", "3"])
    func redisPython(version: String) throws {
        let server = try TestServer()
        let script = Folder.repository + "/Tests/clients/redis_py.py"
        let done = try Program.run(
            [Self.python, "-B", script, "\(server.port)", version], in: server.folder.path,
            seconds: 60)
        #expect(done.status == 0, "\(done.output)\(done.error)")
        #expect(done.output.hasSuffix("all good\n"), "\(done.output)")
    }

    @Test(.enabled(if: Program.isThere("nc"), "nc is not installed"))
    func linesThroughNetcat() throws {
        let server = try TestServer()
        try market(server)
        let lines = """
            OUTPUT JSON
            INVENTORY LEVEL mars water
            TRADE CREATE mars ceres water:25 ID t-1

            TRADE GET none
            TRADE CREATE mars ceres water:9999999
            ECHO "un
            OUTPUT RESP
            PING
            QUIT

            """
        let input = try server.folder.write("lines", Array(lines.utf8))
        let done = try Program.run(
            ["nc", "127.0.0.1", "\(server.port)"], in: server.folder.path, input: input)
        let replies = done.output.split(whereSeparator: \.isNewline).map(String.init)
        #expect(replies.count == 9)
        guard replies.count == 9 else { return }
        #expect(replies[0] == "\"OK\"")
        #expect(replies[1] == "1000000")
        #expect(replies[2].hasPrefix("{\"id\":\"t-1\",\"seller\":\"mars\""))
        #expect(replies[3] == "null")
        #expect(
            replies[4].hasPrefix("{\"error\":{\"code\":\"OUTOFSTOCK\"")
                && replies[4].contains("\"asked\":9999999,\"available\":999975"))
        #expect(replies[5].hasPrefix("{\"error\":{\"code\":\"SYNTAX\""))
        #expect(replies[6] == "+OK")
        #expect(replies[7] == "+PONG")
    }
}
