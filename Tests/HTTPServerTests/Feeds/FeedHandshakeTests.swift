import Basics
import HTTPCore
import Ledger
import Testing

@testable import HTTPServer

struct FeedHandshakeTests {
    private func head(_ fields: String, version: String = "1.1") throws -> RequestHead {
        var parser = RequestParser()
        let text = "GET /api/updates/ws HTTP/\(version)\r\nHost: api.example:7480\r\n\(fields)\r\n"
        guard case .request(let head, _) = parser.parse(text.utf8.span) else {
            throw FeedWorld.Unexpected()
        }
        return head
    }

    private let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    private let upgrade = "Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    private let version = "Sec-WebSocket-Version: 13\r\n"

    @Test func acceptsTheExampleOfTheStandard() throws {
        let accept = try WebSocketHandshake.accept(head(upgrade + version + key))
        #expect(accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func refusesOthers() throws {
        let cases: [(String, Int)] = [
            ("", 426), (upgrade + key, 426), (version + key, 426),
            (upgrade + "Sec-WebSocket-Version: 8\r\n" + key, 426),
            ("Connection: Upgrade\r\nUpgrade: h2c\r\n" + version + key, 426),
            ("Connection: Upgrade\r\nUpgrade: websockets\r\n" + version + key, 426),
            ("Connection: Upgrade\r\nUpgrade: websocket/14\r\n" + version + key, 426),
            ("Connection: Upgrade\r\nUpgrade: web socket\r\n" + version + key, 426),
            (upgrade + version, 400),
            (upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ\r\n", 400),
            (upgrade + version + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\n", 400),
            (upgrade + version + "Sec-WebSocket-Key: YWJj\r\n", 400),
        ]
        for (fields, status) in cases {
            do {
                _ = try WebSocketHandshake.accept(head(fields))
                Issue.record("accepted: \(fields)")
            } catch let problem as Problem {
                #expect(problem.status == status, "\(fields)")
                let names = problem.fields.map { "\($0.name): \($0.value)" }
                #expect(names.contains("Connection: Upgrade") == (status == 426), "\(fields)")
            }
        }
    }

    @Test func comparesOrigins() throws {
        var origins = PageOrigins(allowed: [try #require(Origin("https://board.example"))])
        let cases: [(String, Bool)] = [
            ("", false), ("Origin: http://api.example:7480\r\n", true),
            ("Origin: https://api.example:7480\r\n", true),
            ("Origin: http://API.EXAMPLE:7480\r\n", true),
            ("Origin: http://api.example\r\n", false), ("Origin: null\r\n", false),
            ("Origin: http://api.example:7480.evil.example\r\n", false),
            ("Origin: http://evil.example:7480\r\n", false),
            ("Origin: https://board.example\r\n", true),
            ("Origin: http://board.example\r\n", false),
        ]
        for (fields, isSame) in cases {
            #expect((origins.isOwn(try head(fields)) ?? false) == isSame, "\(fields)")
        }
        // A page that was not encrypted is none of a server that encrypts.
        origins.isEncrypted = true
        #expect(origins.isOwn(try head("Origin: http://api.example:7480\r\n")) == false)
        #expect(origins.isOwn(try head("Origin: https://api.example:7480\r\n")) == true)
        #expect(origins.isOwn(try head("")) == nil)
    }

    @Test func aCookieNeedsItsOrigin() throws {
        let world = FeedWorld()
        let own = try world.openSocket(
            "Cookie: a=b\r\nOrigin: http://api.example:7480\r\n", caller: .local)
        #expect(own.texts.count == 1)
        for fields in ["Cookie: a=b\r\n", "Cookie: a=b\r\nOrigin: http://evil.example\r\n"] {
            #expect(throws: Problem.self) { try world.openSocket(fields, caller: .local) }
        }
        world.hub.originsChanged(
            PageOrigins(allowed: [try #require(Origin("https://board.example:443"))]))
        let board = "Cookie: a=b\r\nOrigin: https://board.example\r\n"
        #expect(try world.openSocket(board, caller: .local).texts.count == 1)
        // A browser adds what it remembers of a log-in, whoever's page asks.
        let basic = "Authorization: Basic YWRtaW46c2VjcmV0\r\n"
        for (origin, opens) in [
            ("", true), ("Origin: http://api.example:7480\r\n", true),
            ("Origin: https://board.example\r\n", true), ("Origin: http://evil.example\r\n", false),
            ("Origin: null\r\n", false),
        ] {
            let socket = try? world.openSocket(basic + origin, caller: .local)
            #expect((socket != nil) == opens, "\(origin)")
        }
        world.hub.originsChanged(PageOrigins(isEncrypted: true))
        let plain = basic + "Origin: http://api.example:7480\r\n"
        #expect(throws: Problem.self) { try world.openSocket(plain, caller: .local) }
        // A token of its own may come from anywhere.
        _ = try world.openSocket("Origin: http://evil.example\r\n")
    }

    @Test func theJSONFormTakesLittle() throws {
        let world = FeedWorld()
        var asked: [LatestQuery] = []
        world.hub.latest = { (query, _) throws(CommandError) in
            asked.append(query)
            return .json(200, Array("{}".utf8))
        }
        func get(_ query: String) throws -> FeedStart {
            try world.hub.openEvents(
                FeedWorld.request(
                    "/api/updates/real-time" + query, "Accept: application/json\r\n"), .local,
                FakeSink(1))
        }
        for query in ["", "?limit=7&station=luna-1"] {
            guard case .answer(let answer) = try get(query) else { throw FeedWorld.Unexpected() }
            #expect(answer.status == 200)
        }
        #expect(
            asked == [
                LatestQuery(limit: 100, station: nil), LatestQuery(limit: 7, station: "luna-1"),
            ])
        for query in ["?types=*", "?stations=luna-1,mars-2", "?cursor=earliest"] {
            #expect(throws: CommandError.self) { try get(query) }
        }
        #expect(world.hub.isIdle)
    }
}
