import Glibc
import RESP
import Testing

/// Users, tokens and their ends against the real program.
@Suite(
    "Accounts", .enabled(if: TestServer.isThere, .init(rawValue: TestServer.absence)),
    .timeLimit(.minutes(2)))
struct AccountTests {
    /// A server with stations, goods, an administrator `root` and the operator `ada` of luna-1.
    private func market(_ flags: [String] = []) throws -> TestServer {
        let server = try TestServer(flags)
        let local = try server.connect()
        for words in [
            ["STATION", "ADD", "luna-1"], ["STATION", "ADD", "terra-1"],
            ["ITEM", "ADD", "water", "PRICE", "2.00", "CR"],
            ["INVENTORY", "ADD", "luna-1", "water", "1000"],
            ["INVENTORY", "ADD", "terra-1", "water", "1000"],
        ] {
            local.send(Connection.request(words))
            #expect(try local.reply().errorText == nil)
        }
        #expect(try local.call("USER", "WHOAMI").text?.contains("\"local\"") == true)
        let added = try local.call(
            "USER", "ADD", "root", "ROLE", "admin", "STATIONS", "*", "PASSWORD", "root-password")
        #expect(added.errorText == nil)
        // From now on loopback is nobody.
        #expect(try local.call("USER", "WHOAMI").code == "NOAUTH")
        let root = try logIn(server, "root", "root-password")
        let ada = try root.call(
            "USER", "ADD", "ada", "ROLE", "operator", "STATIONS", "luna-1", "PASSWORD",
            "ada-password")
        #expect(ada.errorText == nil)
        return server
    }

    private func logIn(
        _ server: TestServer, _ name: String, _ secret: String
    ) throws -> Connection {
        let client = try server.connect()
        let reply = try client.call("AUTH", name, secret)
        if let error = reply.errorText { throw Trouble(error) }
        return client
    }

    /// Waits, at most a second, until a connection is refused.
    private func refusal(_ client: Connection, _ words: [String]) throws -> String? {
        for _ in 0..<100 {
            client.send(Connection.request(words))
            if let code = try client.reply().code { return code }
            usleep(10_000)
        }
        return nil
    }

    private func token(_ reply: RESPValue) throws -> (id: String, text: String) {
        let text = reply.text ?? ""
        guard let token = text.text(behind: "\"token\":\"")?.prefix(while: { $0 != "\"" }),
            let id = text.text(behind: "\"id\":\"")?.prefix(while: { $0 != "\"" })
        else { throw Trouble("no token in \(reply)") }
        return (String(id), String(token))
    }

    @Test func rolesAndStations() throws {
        let server = try market()
        let ada = try logIn(server, "ada", "ada-password")
        #expect(try ada.call("INVENTORY", "ADD", "luna-1", "water", "5").errorText == nil)
        #expect(try ada.call("INVENTORY", "ADD", "terra-1", "water", "5").code == "NOPERM")
        let bought = try ada.call(
            "TRADE", "CREATE", "terra-1", "luna-1", "water:1", "MAX", "100", "ID", "t-1")
        #expect(bought.errorText == nil)
        #expect(try ada.call("USER", "LIST").code == "NOPERM")
        #expect(try ada.call("USER", "DISABLE", "root").code == "NOPERM")
        #expect(try ada.call("USER", "PASSWD", "root", "another-password").code == "NOPERM")
        let root = try logIn(server, "root", "root-password")
        #expect(try root.call("USER", "SET", "ada", "ROLE", "viewer").errorText == nil)
        #expect(try refusal(ada, ["INVENTORY", "ADD", "luna-1", "water", "5"]) == "NOPERM")
        #expect(try root.call("USER", "DISABLE", "root").code == "BADSTATE")
    }

    @Test func passwordsAndHello() throws {
        let server = try market()
        let client = try server.connect()
        #expect(try client.call("AUTH", "ada", "wrong").code == "WRONGPASS")
        #expect(try client.call("AUTH", "nobody", "wrong").code == "WRONGPASS")
        #expect(try client.call("PING").code == "NOAUTH")
        let hello = try client.call("HELLO", "3", "AUTH", "ada", "ada-password")
        #expect(hello.errorText == nil)
        #expect(try client.call("USER", "WHOAMI").text?.contains("\"ada\"") == true)
        #expect(
            try client.call("USER", "PASSWD", "ada", "new-password").errorText == nil)
        #expect(try server.connect().call("AUTH", "ada", "ada-password").code == "WRONGPASS")
        _ = try logIn(server, "ada", "new-password")
        // Pipelined behind the log-in: in order, none lost.
        let piped = try server.connect()
        piped.send(
            Connection.request(["AUTH", "ada", "new-password"]) + Connection.request(["PING"])
                + Connection.request(["USER", "WHOAMI"]))
        #expect(try piped.reply().text == "OK")
        #expect(try piped.reply().text == "PONG")
        #expect(try piped.reply().text?.contains("\"ada\"") == true)
        // Neither a password nor its hash is ever shown.
        let root = try logIn(server, "root", "root-password")
        for words in [
            ["USER", "LIST"], ["SLOWLOG", "GET"], ["XRANGE", "entrepot:events", "-", "+"],
        ] {
            root.send(Connection.request(words))
            let shown = "\(try root.reply())"
            #expect(!shown.contains("-password") && !shown.contains("$argon2"))
        }
        #expect(!server.program.errorText.contains("-password"))
    }

    @Test func tokensAndTheirEnds() throws {
        let server = try market()
        let root = try logIn(server, "root", "root-password")
        let issued = try root.call("TOKEN", "ISSUE", "ada", "NAME", "ci")
        let token = try token(issued)
        let byName = try logIn(server, "ada", token.text)
        let bare = try server.connect()
        #expect(try bare.call("AUTH", token.text).text == "OK")
        let hello = try server.connect()
        #expect(try hello.call("HELLO", "3", "AUTH", "default", token.text).errorText == nil)
        let subscriber = try logIn(server, "ada", token.text)
        try subscriber.call("SUBSCRIBE", "stock.added")
        #expect(try root.call("TOKEN", "REVOKE", token.id).errorText == nil)
        for client in [byName, bare, hello] {
            #expect(try refusal(client, ["USER", "WHOAMI"]) == "NOAUTH")
        }
        #expect(try server.connect().call("AUTH", token.text).code == "NOAUTH")
        // The subscription has ended, and says so.
        #expect(try subscriber.reply().elements?.first?.text == "unsubscribe")
        #expect(try subscriber.reply().code == "NOAUTH")
        #expect(try subscriber.call("USER", "WHOAMI").code == "NOAUTH")
        // A token with an end.
        let short = try self.token(try root.call("TOKEN", "ISSUE", "ada", "TTL", "1s"))
        let late = try logIn(server, "ada", short.text)
        sleep(1)
        #expect(try refusal(late, ["USER", "WHOAMI"]) == "NOAUTH")
    }

    @Test func disabledUsersAreOut() throws {
        let server = try market()
        let root = try logIn(server, "root", "root-password")
        let ada = try logIn(server, "ada", "ada-password")
        #expect(try root.call("USER", "DISABLE", "ada").errorText == nil)
        #expect(try refusal(ada, ["PING"]) == "NOAUTH")
        #expect(try server.connect().call("AUTH", "ada", "ada-password").code == "WRONGPASS")
        #expect(try root.call("USER", "ENABLE", "ada").errorText == nil)
        _ = try logIn(server, "ada", "ada-password")
    }

    @Test func whoTriesWaitsAndNobodyElse() throws {
        let server = try market()
        let client = try server.connect()
        var codes: [String?] = []
        for number in 0..<6 {
            codes.append(try client.call("AUTH", "ada", "guess-\(number)").code)
        }
        #expect(codes.contains("WRONGPASS") && codes.last == "LIMIT")
        // The administrator logs in from the same address all the same.
        _ = try logIn(server, "root", "root-password")
    }

    @Test func allIsThereAfterARestart() throws {
        let server = try market()
        let root = try logIn(server, "root", "root-password")
        let token = try token(try root.call("TOKEN", "ISSUE", "ada"))
        try server.restart()
        #expect(try server.connect().call("PING").code == "NOAUTH")
        _ = try logIn(server, "ada", "ada-password")
        _ = try logIn(server, "ada", token.text)
        let again = try logIn(server, "root", "root-password")
        #expect(try again.call("TOKEN", "REVOKE", token.id).errorText == nil)
        try server.restart()
        #expect(try server.connect().call("AUTH", token.text).code == "NOAUTH")
    }

    @Test func limitsAndNetworks() throws {
        let server = try market(["--rate-user-requests", "50", "--rate-window-seconds", "1000"])
        let ada = try logIn(server, "ada", "ada-password")
        #expect(try refusal(ada, ["PING"]) == "LIMIT")
        let root = try logIn(server, "root", "root-password")
        let set = try root.call("CONFIG", "SET", "rate_user_requests", "0")
        #expect(set.errorText == nil)
        #expect(try ada.call("PING").text == "PONG")
        let narrowed = try root.call("CONFIG", "SET", "allow_addresses", "192.0.2.0/24")
        #expect(narrowed.errorText == nil)
        #expect((try? server.connect().call("PING")) == nil)
        // Those who are in stay.
        #expect(try root.call("CONFIG", "SET", "allow_addresses", "all").errorText == nil)
        #expect(try server.connect().call("PING").code == "NOAUTH")
    }

    @Test func theCommandLine() throws {
        let server = try market()
        let binary = TestServer.binary ?? ""
        let path = server.folder.path
        let password = try server.folder.write("root.txt", Array("root-password\n".utf8))
        let new = try server.folder.write("new.txt", Array("robot-password\n".utf8))
        func entrepot(_ words: String..., token: String? = nil) throws -> (Int32, String) {
            var all = [binary] + words + ["--server", "127.0.0.1:\(server.port)"]
            var variables: [String: String] = [:]
            if let token {
                variables["ENTREPOT_TOKEN"] = token
            } else {
                all += ["--user", "root", "--password-file", password]
            }
            let done = try Program.run(all, in: path, environment: variables)
            return (done.status, done.output)
        }
        let added = try entrepot(
            "user", "add", "robot", "--role", "trader", "--stations", "luna-1,terra-1",
            "--new-password-file", new)
        #expect(added == (0, "robot: trader of luna-1,terra-1\n"))
        _ = try logIn(server, "robot", "robot-password")
        #expect(try entrepot("user", "add", "robot", "--role", "x").0 == 2)
        #expect(try entrepot("user", "set", "robot", "--role", "operator").0 == 0)
        #expect(try entrepot("user", "list").1.contains("robot  operator  luna-1,terra-1"))
        let issued = try entrepot("token", "issue", "robot", "--name", "ci", "--ttl", "90d")
        let token = String(issued.1.dropLast())
        #expect(issued.0 == 0 && token.hasPrefix("ent_"))
        let own = try entrepot("token", "list", token: token)
        #expect(own.0 == 0 && own.1.contains("robot") && own.1.contains("ci"))
        let id = String(token.dropFirst(4).prefix(26))
        #expect(try entrepot("token", "revoke", id).1 == "token \(id) is revoked\n")
        #expect(try entrepot("token", "list", token: token).0 == 1)
        #expect(try entrepot("user", "disable", "robot").0 == 0)
        #expect(try entrepot("user", "enable", "robot").0 == 0)
        #expect(try entrepot("user", "passwd", "robot", "--new-password-file", password).0 == 0)
        _ = try logIn(server, "robot", "root-password")
    }

    @Test(.enabled(if: Program.isThere("redis-cli"), "redis-cli is not installed"))
    func redisCommandLine() throws {
        let server = try market()
        let root = try logIn(server, "root", "root-password")
        let token = try token(try root.call("TOKEN", "ISSUE", "ada"))
        for login in [
            ["--user", "ada", "--pass", "ada-password"], ["-a", token.text],
            ["-3", "--user", "ada", "--pass", token.text],
        ] {
            let words = ["redis-cli", "-p", "\(server.port)", "--no-auth-warning"] + login
            let done = try Program.run(words + ["USER", "WHOAMI"], in: server.folder.path)
            #expect(done.output.contains("\"name\":\"ada\""))
        }
    }

    /// A first start that others can reach makes a password, in a file of its owner alone.
    @Test func aPasswordForTheFirstAdministrator() throws {
        let server = try TestServer(["--auth", "required"])
        let path = server.data + "/admin-password"
        let password = Folder.text(of: path).filter { $0 != "\n" }
        #expect(password.utf8.count == 26)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(!server.program.errorText.contains(password))
        #expect(try server.connect().call("PING").code == "NOAUTH")
        _ = try logIn(server, "admin", password)
        try server.restart()
        _ = try logIn(server, "admin", password)
    }

    @Test func aGivenPasswordForTheFirstAdministrator() throws {
        let server = try TestServer(variables: ["ENTREPOT_ADMIN_PASSWORD": "chosen-password"])
        #expect(try server.connect().call("PING").code == "NOAUTH")
        #expect(try logIn(server, "admin", "chosen-password").call("PING").text == "PONG")
        #expect(Folder.text(of: server.data + "/admin-password").isEmpty)
    }
}

extension RESPValue {
    /// The code of an error reply; nil for another.
    fileprivate var code: String? {
        errorText.map { String($0.prefix { $0 != " " }) }
    }
}
