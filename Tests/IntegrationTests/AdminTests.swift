import Basics
import Glibc
import JSON
import Testing

/// What administrators do over HTTP, with curl.
@Suite("Administration over HTTP", .enabled(if: TestServer.isThere, "\(TestServer.absence)"))
struct AdminTests {
    /// A server, and requests of its administrator.
    private final class Desk {
        let server: TestServer

        init() throws { server = try OperationsTests.server() }

        /// - Parameter type: of the body.
        func ask(
            _ method: String, _ path: String, _ body: String? = nil,
            type: String = "application/json"
        ) throws -> (status: Int, body: JSONValue, text: String) {
            var words = ["-X", method]
            if let body {
                let path = try server.folder.write("body", Array(body.utf8))
                words += ["-H", "Content-Type: \(type)", "--data-binary", "@\(path)"]
            }
            let reply = try OperationsTests.curl(server, path, words)
            let value = (try? JSONReader.parse(reply.body.utf8.span, maximumDepth: 64)) ?? .null
            return (reply.status, value, reply.body)
        }

        func eventually(_ what: String, _ isSo: () throws -> Bool) throws {
            for _ in 0..<500 {
                if try isSo() { return }
                usleep(20_000)
            }
            throw Trouble("never: \(what)")
        }
    }

    private static func rule(_ price: String) -> String {
        """
        return { name = "bulk", version = "1", api = 1, station = "*", on_error = "skip",
          pricing = function(trade, line) return \(price) end,
          tests = { { hook = "pricing", line = { item = "x", quantity = 1, price = "1.00" },
            expect = "\(price == "line.price" ? "1.00" : "2.00")" } } }
        """
    }

    @Test("a rule from its source to its end")
    func rules() throws {
        let desk = try Desk()
        let refused = try desk.ask(
            "PUT", "/admin/plugins/bulk", "return {", type: "text/x-lua")
        #expect(refused.status == 422 && refused.text.contains("bulk.lua:1"), "\(refused)")
        let first = try desk.ask(
            "PUT", "/admin/plugins/bulk", Self.rule("line.price * 2"), type: "text/x-lua")
        #expect(first.status == 200 && first.body["mode"]?.string == "off", "\(first)")
        let quoted = Self.rule("line.price").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
        let second = try desk.ask(
            "POST", "/admin/plugins", "{\"name\":\"bulk\",\"source\":\"\(quoted)\"}")
        #expect(second.status == 201, "\(second)")
        #expect(try desk.ask("GET", "/admin/plugins").body["items"]?.array?.count == 1)
        let versions = try desk.ask("GET", "/admin/plugins/bulk/versions").body["items"]?.array
        #expect(versions?.count == 2)
        let oldest = versions?.first?["version"]?.string ?? ""
        let digest = String(oldest.split(separator: "@").last ?? "")
        let source = try desk.ask("GET", "/admin/plugins/bulk/source?version=\(digest)")
        #expect(source.text == Self.rule("line.price * 2"))
        let live = try desk.ask("POST", "/admin/plugins/bulk/mode", "{\"mode\":\"live\"}")
        #expect(live.body["mode"]?.string == "live")
        let canary = try desk.ask("POST", "/admin/plugins/bulk/mode", "{\"mode\":\"canary\"}")
        #expect(canary.status == 422)
        let test = try desk.ask("POST", "/admin/plugins/bulk/test")
        #expect(test.body["ok"]?.bool == true && test.body["passed"]?.int64 == 1, "\(test)")
        #expect(try desk.ask("GET", "/admin/plugins/bulk/log").body["items"]?.array != nil)
        #expect(try desk.ask("GET", "/admin/plugins/bulk/stats").body["name"]?.string == "bulk")
        #expect(try desk.ask("GET", "/admin/plugin-stats").body["items"]?.array?.count == 1)
        let job = try desk.ask("POST", "/admin/plugins/bulk/backtest", "{}").body["job"]?.string
        let path = "/admin/backtests/\(job ?? "none")"
        try desk.eventually("the back-test ends") {
            try desk.ask("GET", path).body["state"]?.string == "done"
        }
        #expect(try desk.ask("DELETE", "/admin/backtests/none").status == 404)
        let removed = try desk.ask("DELETE", "/admin/plugins/bulk")
        #expect(removed.body["removed"]?.bool == true)
        #expect(try desk.ask("GET", "/admin/plugins/nothing").status == 404)
    }

    @Test("a channel with its routes and deliveries")
    func channels() throws {
        let desk = try Desk()
        let made = try desk.ask(
            "POST", "/admin/channels",
            "{\"id\":\"ops\",\"kind\":\"webhook\",\"url\":\"http://127.0.0.1:9/hook\","
                + "\"secret\":\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"}")
        #expect(made.status == 201, "\(made)")
        #expect(!made.text.contains("whsec"))
        let wrong = try desk.ask(
            "POST", "/admin/channels", "{\"id\":\"x\",\"kind\":\"log\",\"url\":\"http://a/\"}")
        #expect(wrong.status == 422)
        let routed = try desk.ask(
            "POST", "/admin/channels/ops/routes", "{\"pattern\":\"station.*\"}")
        #expect(routed.body["routes"]?.array?.count == 1, "\(routed)")
        #expect(try desk.ask("POST", "/api/stations", "{\"id\":\"luna\"}").status == 201)
        try desk.eventually("a notice is queued") {
            try desk.ask("GET", "/admin/deliveries?channel=ops").body["items"]?.array?.count == 1
        }
        let notice = try desk.ask("GET", "/admin/deliveries?channel=ops").body["items"]?.array?[0]
        let place = "/admin/deliveries/ops/\(notice?["sequence"]?.int64 ?? 0)"
        let again = try desk.ask("POST", place + "/redeliver")
        #expect(again.status == 200 || again.status == 409, "\(again)")
        #expect(try desk.ask("DELETE", place).status == 200)
        let test = try desk.ask("POST", "/admin/channels/ops/test")
        #expect(test.body["ok"]?.bool == false, "\(test)")
        let patched = try desk.ask("PATCH", "/admin/channels/ops", "{\"status\":\"disabled\"}")
        #expect(patched.body["status"]?.string == "disabled")
        let unrouted = try desk.ask(
            "POST", "/admin/channels/ops/unroute", "{\"pattern\":\"station.*\"}")
        #expect(unrouted.body["routes"]?.array?.isEmpty == true)
        #expect(try desk.ask("DELETE", "/admin/channels/ops").status == 200)
    }

    @Test("a user with its password and tokens; no secret comes back")
    func users() throws {
        let desk = try Desk()
        let made = try desk.ask(
            "POST", "/admin/users",
            "{\"name\":\"ada\",\"role\":\"trader\",\"stations\":[],\"password\":\"first-word-1\","
                + "\"attributes\":{\"a\":1}}")
        #expect(made.status == 201, "\(made)")
        #expect(made.body["stations"]?.array?.isEmpty == true)
        #expect(!made.text.contains("argon2") && !made.text.contains("first-word-1"))
        let changed = try desk.ask(
            "PATCH", "/admin/users/ada", "{\"stations\":\"*\",\"attributes\":{\"b\":2}}")
        #expect(changed.body["stations"]?.string == "*")
        #expect(changed.body["attributes"]?["a"]?.int64 == 1)
        #expect(changed.body["attributes"]?["b"]?.int64 == 2)
        let reset = try desk.ask(
            "POST", "/admin/users/ada/password", "{\"password\":\"second-word-2\"}")
        #expect(reset.status == 200, "\(reset)")
        let token = try desk.ask("POST", "/admin/tokens", "{\"user\":\"ada\",\"ttl\":\"30d\"}")
        let secret = token.body["token"]?.string ?? ""
        #expect(secret.hasPrefix("ent_"), "\(token)")
        let bearer = ["-H", "Authorization: Bearer \(secret)"]
        #expect(
            try OperationsTests.curl(desk.server, "/api/stations", bearer, user: false).status
                == 200)
        let listed = try desk.ask("GET", "/admin/tokens?user=ada")
        #expect(listed.body["items"]?.array?.count == 1 && !listed.text.contains(secret))
        let id = token.body["id"]?.string ?? ""
        #expect(try desk.ask("DELETE", "/admin/tokens/\(id)").status == 200)
        #expect(
            try OperationsTests.curl(desk.server, "/api/stations", bearer, user: false).status
                == 401)
        let off = try desk.ask("POST", "/admin/users/ada/disable")
        #expect(off.body["disabled"]?.bool == true)
        #expect(try desk.ask("POST", "/admin/users/ada/enable").body["disabled"]?.bool == false)
        #expect(try desk.ask("POST", "/admin/users/admin/disable").status == 409)
        #expect(try desk.ask("GET", "/admin/users").body["items"]?.array?.count == 2)
    }

    @Test("settings, connections, the slow log, the audit, and what is kept of all that")
    func server() throws {
        let desk = try Desk()
        let all = try desk.ask("GET", "/admin/config?pattern=log*").body["settings"]
        #expect(all?["log_level"]?.string == "info")
        let changed = try desk.ask(
            "PATCH", "/admin/config", "{\"settings\":{\"log_level\":\"debug\"}}")
        #expect(changed.body["settings"]?["log_level"]?.string == "debug", "\(changed)")
        #expect(
            try desk.ask("PATCH", "/admin/config", "{\"settings\":{\"nothing\":1}}").status == 422)
        #expect(try desk.ask("GET", "/admin/log-level").body["level"]?.string == "debug")
        #expect(try desk.ask("PUT", "/admin/log-level", "{\"level\":\"info\"}").status == 200)
        #expect(try desk.ask("POST", "/admin/config/rewrite").body["ok"]?.bool == true)
        let client = try desk.server.connect()
        _ = try client.call("PING")
        let items = try desk.ask("GET", "/admin/clients").body["items"]?.array ?? []
        #expect(Set(items.compactMap { $0["kind"]?.string }) == ["tcp", "http"])
        let id = items.first { $0["kind"]?.string == "tcp" }?["id"]?.int64 ?? 0
        #expect(try desk.ask("DELETE", "/admin/clients/\(id)").body["ok"]?.bool == true)
        #expect(try desk.ask("DELETE", "/admin/clients/\(id)").status == 404)
        #expect(try desk.ask("GET", "/admin/slowlog").body["items"]?.array != nil)
        #expect(try desk.ask("DELETE", "/admin/slowlog").body["ok"]?.bool == true)
        #expect(try desk.ask("GET", "/admin/audit").body["status"]?.string == "none")
        let audit = try desk.ask("POST", "/admin/audit")
        #expect(audit.status == 202 && audit.body["status"]?.string == "running", "\(audit)")
        try desk.eventually("the audit ends") {
            try desk.ask("GET", "/admin/audit").body["status"]?.string == "done"
        }
        #expect(try desk.ask("GET", "/admin/audit").body["report"]?["ok"]?.bool == true)
        #expect(try desk.ask("GET", "/admin/replication").body["role"]?.string == "leader")
        let kept = try desk.ask("GET", "/api/events?types=system.action").body["items"]?.array
        let commands = kept?.compactMap { $0["data"]?["command"]?.string }
        #expect(
            commands == [
                "CONFIG SET", "CONFIG SET", "CONFIG REWRITE", "CLIENT KILL", "SLOWLOG RESET",
                "AUDIT",
            ])
    }
}
