import Basics
import HTTPCore
import Storage
import System
import Testing

@testable import HTTPServer

/// When replies leave, and what they carry.
@Suite("HTTP replies") struct ReplyTests {
    @Test func aWriteIsAnsweredWhenItIsOnDisk() throws {
        let isHeld = Monitor(false)
        let server = try RunningHTTPServer {
            $0.syncPolicy = .always
            $0.gate = { _ in _ = isHeld.wait(milliseconds: 20_000) { $0 ? nil : true } }
        }
        defer { server.stop() }
        let (writer, reader) = (try server.connect(), try server.connect())
        #expect(try reader.ask("GET", "/api/stations")?.status == 200)
        isHeld.update { $0 = true }
        try writer.send(WebClient.request("POST", "/api/stations", body: "{\"id\":\"a\"}"))
        #expect(try writer.reply(within: 300) == nil)
        // Others do not wait, and do not see it.
        #expect(try reader.ask("GET", "/api/stations/a")?.status == 404)
        // A read behind the write sees it, once it is written.
        try writer.send(WebClient.request("GET", "/api/stations/a"))
        isHeld.update { $0 = false }
        #expect(try writer.reply()?.status == 201)
        #expect(try writer.reply()?.status == 200)
        #expect(try reader.ask("GET", "/api/stations/a")?.status == 200)
    }

    @Test func readsWaitForAnEvent() throws {
        let server = try RunningHTTPServer()
        defer { server.stop() }
        let (reader, writer) = (try server.connect(), try server.connect())
        let read = try reader.ask("GET", "/api/stations")
        let seq = (read?.field("entrepot-seq")).flatMap { UInt64($0) } ?? 0
        try reader.send(WebClient.request("GET", "/api/stations?after=\(seq + 1)"))
        #expect(try reader.reply(within: 200) == nil)
        #expect(try writer.ask("POST", "/api/stations", body: "{\"id\":\"a\"}")?.status == 201)
        let later = try reader.reply()
        #expect(later?.status == 200 && later?.body.contains("\"a\"") == true)
    }

    @Test func anAnswerThatComesLaterKeepsItsPlace() throws {
        let gate = TestRoutes.Gate()
        let server = try RunningHTTPServer {
            $0.routes = [TestRoutes.slow(gate), TestRoutes.echo]
        }
        defer { server.stop() }
        let client = try server.connect()
        try client.send(
            WebClient.request("GET", "/slow") + WebClient.request("POST", "/echo", body: "{}"))
        #expect(try client.reply(within: 200) == nil)
        // One that has ended its own side is answered too.
        client.finishSending()
        #expect(try client.reply(within: 200) == nil)
        gate.open()
        #expect(try client.reply()?.body == "late")
        #expect(try client.reply()?.body == "{}")
        #expect(try client.isClosed())
    }

    @Test func aStopLetsRequestsFinish() throws {
        let gate = TestRoutes.Gate()
        let server = try RunningHTTPServer {
            $0.routes = [TestRoutes.slow(gate), TestRoutes.echo]
        }
        let (busy, idle) = (try server.connect(), try server.connect())
        let half = try server.connect()
        try half.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(WebClient.login)Content-Length: 2\r\n")
        #expect(try idle.ask("POST", "/echo", body: "{}")?.status == 200)
        try busy.send(WebClient.request("GET", "/slow"))
        while gate.count == 0 { #expect(try idle.ask("POST", "/echo", body: "{}") != nil) }
        server.beginStop()
        #expect(try idle.isClosed())
        #expect(throws: (any Error).self) { try server.connect() }
        try half.send("\r\n{}")
        let last = try half.reply()
        #expect(last?.status == 200 && last?.field("connection") == "close")
        gate.open()
        let late = try busy.reply()
        #expect(late?.body == "late" && late?.field("connection") == "close")
        #expect(try busy.isClosed())
        server.stop()
    }

    // MARK: Fields

    @Test func compressedWhenAsked() throws {
        let server = try RunningHTTPServer { $0.routes = [TestRoutes.text] }
        defer { server.stop() }
        let client = try server.connect()
        let plain = try client.ask("GET", "/text")
        #expect(plain?.body.utf8.count == 6_000 && plain?.field("vary") == "Accept-Encoding")
        #expect(plain?.field("content-encoding") == nil)
        let fields = "Accept-Encoding: br, gzip;q=0.5\r\n"
        let packed = try client.ask("GET", "/text", fields: fields)
        #expect(packed?.field("content-encoding") == "gzip")
        #expect(packed?.field("etag") == "W/\"t1\"")
        let length = packed?.field("content-length").flatMap { Int($0) } ?? 6_000
        #expect(length < 200)
        let same = try client.ask(
            "GET", "/text", fields: fields + "If-None-Match: W/\"t1\"\r\n")
        #expect(same?.status == 304)
        // As the whole reply would have been named: else a cache cannot tell which one is meant.
        #expect(same?.field("etag") == "W/\"t1\"" && same?.field("vary") == "Accept-Encoding")
        let unpacked = try client.ask("GET", "/text", fields: "If-None-Match: \"t1\"\r\n")
        #expect(unpacked?.status == 304 && unpacked?.field("etag") == "\"t1\"")
        let refused = try client.ask("GET", "/text", fields: "Accept-Encoding: gzip;q=0\r\n")
        #expect(refused?.field("content-encoding") == nil)
    }

    @Test func pagesMayLoadTheirOwnAlone() throws {
        let server = try RunningHTTPServer { $0.routes = [TestRoutes.page] }
        defer { server.stop() }
        let page = try server.connect().ask("GET", "/page")
        #expect(page?.field("content-security-policy")?.contains("default-src 'self'") == true)
        #expect(page?.field("x-frame-options") == "DENY")
        #expect(page?.fields.count { $0.name == "referrer-policy" } == 1)
    }

    @Test func otherOriginsWhereTheyAreNamed() throws {
        let server = try RunningHTTPServer {
            $0.settings.corsOrigins = [Origin("https://galaxy.example")].compactMap { $0 }
            $0.routes = [TestRoutes.text, TestRoutes.echo]
        }
        defer { server.stop() }
        let client = try server.connect()
        let known = "Origin: https://galaxy.example\r\n"
        let reply = try client.ask("GET", "/text", fields: known)
        #expect(reply?.field("access-control-allow-origin") == "https://galaxy.example")
        #expect(reply?.field("vary")?.contains("Origin") == true)
        let other = try client.ask("GET", "/text", fields: "Origin: https://evil.example\r\n")
        #expect(other?.field("access-control-allow-origin") == nil)
        // Before it asks, the browser asks whether it may: without credentials.
        try client.send(
            "OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\(known)"
                + "Access-Control-Request-Method: POST\r\n\r\n")
        let preflight = try client.reply()
        #expect(preflight?.status == 204)
        #expect(preflight?.field("access-control-allow-methods") == "POST, OPTIONS")
    }

    // MARK: Logs and addresses

    @Test func theAccessLogHasNoSecrets() throws {
        let sink = KeptLines()
        let server = try RunningHTTPServer {
            $0.settings.accessLog = true
            $0.settings.isTrustedProxy = { $0 == "127.0.0.1" || $0 == "10.0.0.1" }
            $0.sink = sink
            $0.routes = [TestRoutes.text]
        }
        defer { server.stop() }
        let reply = try server.connect().ask(
            "GET", "/text?token=hush",
            fields: "X-Request-Id: r-7\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.7, 10.0.0.1\r\n"
                + "Cookie: hush=hush\r\n")
        #expect(reply?.status == 400)
        let text = sink.text
        #expect(text.contains("path=/text ") && text.contains("request_id=r-7"))
        #expect(text.contains("peer=192.0.2.7") && text.contains("status=400"))
        #expect(!text.contains("hush") && !text.contains("YWRtaW4"))
    }
}
