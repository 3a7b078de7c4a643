import Basics
import Connections
import Domain
import HTTPCore
import JSON
import Ledger

/// What administrators ask of the server itself, with and without a command of the ledger.
extension RouteTable {
    static let serverRoutes: [Route] =
        settingRoutes + clientRoutes + slowlogRoutes + auditRoutes + replicationRoutes

    private static let settingRoutes: [Route] = [
        Route(
            .get, "/admin/config", .admin, command: "CONFIG GET", "Shows settings in force.",
            notes: "Secrets are redacted.",
            query: [QueryField("pattern", .text(1...64), "Of keys; `*` stands for any text.")],
            answer: .own, schema: "Settings",
            .local { (input, server) throws(Problem) in
                let found = try settings(server).get(input.query["pattern"] ?? "*")
                return .json(200, .object([("settings", .object(found.map(pair)))]))
            }),
        Route(
            .patch, "/admin/config", .admin, command: "CONFIG SET",
            "Changes settings, all or none.",
            notes: "Of those that can change while the server runs: docs/configuration.md.",
            body: AdminBodies.settings, answer: .own, schema: "Settings",
            example: "{\"settings\":{\"log_level\":\"debug\"}}",
            .local { (input, server) throws(Problem) in
                let changes = changes(input.body["settings"] ?? .null)
                try change(changes, input, server)
                let keys = changes.map(\.key)
                let now = try settings(server).get("*").filter { keys.contains($0.key) }
                return .json(200, .object([("settings", .object(now.map(pair)))]))
            }),
        Route(
            .post, "/admin/config/rewrite", .admin, command: "CONFIG REWRITE",
            "Keeps changed settings over restarts.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .own, schema: "Done",
            .local { (input, server) throws(Problem) in
                let settings = try settings(server)
                do throws(CommandError) { try settings.rewrite() } catch { throw Problem(error) }
                return done("CONFIG REWRITE", input, server)
            }),
        Route(
            .post, "/admin/config/reset-statistics", .admin, command: "CONFIG RESETSTAT",
            "Sets the statistics to zero.", body: TradeBodies.nothing, bodyIsOptional: true,
            answer: .own, schema: "Done",
            .local { (input, server) throws(Problem) in
                server.serving.statistics.reset()
                return done("CONFIG RESETSTAT", input, server)
            }),
        Route(
            .get, "/admin/log-level", .admin, command: "CONFIG GET", "Shows how much is logged.",
            answer: .own, schema: "LogLevelState",
            .local { (_, server) throws(Problem) in
                let level = try settings(server).get("log_level").first?.value ?? ""
                return .json(200, .object([("level", .string(level))]))
            }),
        Route(
            .put, "/admin/log-level", .admin, command: "CONFIG SET", "Chooses how much is logged.",
            body: AdminBodies.logLevel, answer: .own, schema: "LogLevelState",
            example: "{\"level\":\"debug\"}",
            .local { (input, server) throws(Problem) in
                let level = input.body["level"]?.string ?? ""
                try change([("log_level", level)], input, server)
                return .json(200, .object([("level", .string(level))]))
            }),
    ]

    private static let clientRoutes: [Route] = [
        Route(
            .get, "/admin/clients", .admin, command: "CLIENT LIST",
            "Lists the connections of both edges, oldest first.", answer: .own,
            schema: "ClientPage",
            .local { (_, server) throws(Problem) in
                let items = server.serving.clients.map { client in
                    JSONValue.object([
                        ("id", .number("\(client.id)")), ("kind", .string(client.kind)),
                        ("peer", .string(client.peer)), ("local", .string(client.local)),
                        ("user", client.user.isEmpty ? .null : .string(client.user)),
                        ("age_seconds", .number("\(client.ageSeconds)")),
                        ("idle_seconds", .number("\(client.idleSeconds)")),
                        ("unsent_bytes", .number("\(client.unsentBytes)")),
                    ])
                }
                return page(items, server)
            }),
        Route(
            .delete, "/admin/clients/{id}", .admin, command: "CLIENT KILL", "Closes a connection.",
            answer: .own, schema: "Done",
            .local { (input, server) throws(Problem) in
                let text = input.parameters.first ?? ""
                guard let id = UInt64(text), server.serving.kill(client: id) else {
                    throw Problem(.notFound, "connection \(text) does not exist")
                }
                return done("CLIENT KILL", input, server, target: "ID \(id)")
            }),
    ]

    private static let slowlogRoutes: [Route] = [
        Route(
            .get, "/admin/slowlog", .admin, command: "SLOWLOG GET",
            "Lists the last commands that took long or were large, the latest first.",
            notes: "Of the TCP edge. Secrets are redacted.",
            query: [QueryField("limit", .integer(1...1_000), "Entries; 100 by default.")],
            answer: .own, schema: "SlowlogPage",
            .local { (input, server) throws(Problem) in
                let limit = input.query["limit"].flatMap { Int($0) } ?? 100
                let items = server.serving.slowlog.entries.reversed().prefix(limit).map { entry in
                    let words = entry.words.map {
                        JSONValue.string(String(decoding: $0, as: UTF8.self))
                    }
                    return JSONValue.object([
                        ("id", .number("\(entry.id)")),
                        ("time", time(milliseconds: entry.time.multipliedClamped(by: 1_000))),
                        ("microseconds", .number("\(entry.microseconds)")),
                        ("words", .array(words)),
                        ("peer", .string(entry.address)), ("name", .string(entry.clientName)),
                    ])
                }
                return page(items, server)
            }),
        Route(
            .delete, "/admin/slowlog", .admin, command: "SLOWLOG RESET", "Empties it.",
            answer: .own, schema: "Done",
            .local { (input, server) throws(Problem) in
                server.serving.slowlog.reset()
                return done("SLOWLOG RESET", input, server)
            }),
    ]

    private static let auditRoutes: [Route] = [
        Route(
            .post, "/admin/audit", .admin, command: "AUDIT",
            "Begins to prove the store: digest, indexes, invariants, conservation.",
            notes: "202; `GET` has the report when it is done.", body: TradeBodies.nothing,
            bodyIsOptional: true, answer: .own, schema: "Audit", status: 202,
            .local { (input, server) throws(Problem) in
                try server.audit.begin(server.serving)
                record("AUDIT", input, server)
                return HTTPResponse(
                    status: 202, contentType: "application/json",
                    fields: [("Location", "/admin/audit")],
                    body: server.audit.document(isRunning: true))
            }),
        Route(
            .get, "/admin/audit", .admin, command: "AUDIT", "Shows the last proof of the store.",
            answer: .own, schema: "Audit",
            .local { _, server in
                HTTPResponse(
                    status: 200, contentType: "application/json",
                    body: server.audit.document(isRunning: server.serving.audit != nil))
            }),
    ]

    private static let replicationRoutes: [Route] = [
        Route(
            .get, "/admin/replication", .admin, command: "ROLE", "Shows leader and followers.",
            notes: "This version has no followers.", answer: .own, schema: "Replication",
            .local { (_, server) throws(Problem) in
                .json(
                    200,
                    .object([
                        ("role", .string("leader")), ("leader", .null),
                        ("seq", .number("\(server.serving.ledger.durableSeq)")),
                        ("followers", .array([])),
                    ]))
            })
    ]

    // MARK: Parts

    private static func settings(
        _ server: HTTPServer
    ) throws(Problem) -> any ConfigurationPort {
        guard let settings = server.serving.configuration else {
            throw Problem(.err, "this server has no configuration to show", status: 501)
        }
        return settings
    }

    private static func pair(
        _ setting: (key: String, value: String)
    ) -> (key: String, value: JSONValue) {
        (setting.key, .string(setting.value))
    }

    /// The members of a body as texts.
    private static func changes(_ value: JSONValue) -> [(key: String, value: String)] {
        var changes: [(key: String, value: String)] = []
        for (key, member) in value.object ?? [] {
            switch member {
            case .string(let text), .number(let text): changes.append((key, text))
            case .bool(let isOn): changes.append((key, isOn ? "on" : "off"))
            // Not reached: the body is checked.
            default: continue
            }
        }
        return changes
    }

    private static func change(
        _ changes: [(key: String, value: String)], _ input: RouteInput, _ server: HTTPServer
    ) throws(Problem) {
        let settings = try settings(server)
        do throws(CommandError) { try settings.set(changes) } catch {
            var problem = Problem(error.code, error.message, status: 422)
            let pointer = input.body["settings"] == nil ? "/level" : "/settings"
            problem.faults = [.init(pointer: pointer, error.message)]
            throw problem
        }
        let keys = changes.map(\.key)
        record(
            "CONFIG SET", input, server, target: keys.joined(separator: " "),
            detail: server.serving.valuesOfSettings(keys))
    }

    /// Keeps in the log what was done.
    private static func record(
        _ command: String, _ input: RouteInput, _ server: HTTPServer, target: String? = nil,
        detail: String? = nil
    ) {
        guard let caller = input.caller else { return }
        server.serving.ledger.recordAction(
            command: command, target: target, detail: detail, as: caller)
    }

    private static func done(
        _ command: String, _ input: RouteInput, _ server: HTTPServer, target: String? = nil
    ) -> HTTPResponse {
        record(command, input, server, target: target)
        return .json(200, .object([("ok", .bool(true))]))
    }

    private static func page(_ items: [JSONValue], _ server: HTTPServer) -> HTTPResponse {
        .json(
            200,
            .object([
                ("items", .array(items)), ("next", .null),
                ("seq", .number("\(server.serving.ledger.durableSeq)")),
            ]))
    }

    private static func time(milliseconds: Int64) -> JSONValue {
        .string(Timestamp(milliseconds: milliseconds).text)
    }
}

extension Int64 {
    /// The product, at the nearest end where it leaves 64 bits.
    fileprivate func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? (self < 0 ? .min : .max) : product
    }
}

extension HTTPResponse {
    /// A JSON document.
    fileprivate static func json(_ status: Int, _ value: JSONValue) -> HTTPResponse {
        var buffer = ByteBuffer(capacity: 1_024)
        value.append(to: &buffer)
        return HTTPResponse(status: status, contentType: "application/json", body: buffer.array)
    }
}
