import Basics
import Connections
import HTTPCore
import Ledger
import Storage
import TestSupport
import Testing

@testable import HTTPServer

/// The connection, over real sockets.
@Suite("HTTP connections") struct ConnectionTests {
    /// Calls `body` with a server.
    private func withServer(
        _ syncPolicy: StoreOptions.SyncPolicy = .off,
        _ body: (RunningHTTPServer) throws -> Void
    ) throws {
        let server = try RunningHTTPServer { $0.syncPolicy = syncPolicy }
        defer { server.stop() }
        try body(server)
    }

    // MARK: Order

    @Test func aPipelineOfReadsAndWritesKeepsItsOrder() throws {
        try withServer(.always) { server in
            let client = try server.connect()
            var text = ""
            for index in 0..<20 {
                text += WebClient.request("POST", "/api/stations", body: "{\"id\":\"s-\(index)\"}")
                text += WebClient.request("GET", "/api/stations/s-\(index)")
            }
            try client.send(text)
            for index in 0..<20 {
                let made = try client.reply()
                #expect(made?.status == 201)
                let read = try client.reply()
                #expect(read?.status == 200)
                #expect(read?.body.contains("\"id\":\"s-\(index)\"") == true)
            }
        }
    }

    @Test func aListBehindWritesSeesThem() throws {
        try withServer(.always) { server in
            let client = try server.connect()
            try client.send(
                WebClient.request("POST", "/api/stations", body: "{\"id\":\"a\"}")
                    + WebClient.request("GET", "/api/stations")
                    + WebClient.request("POST", "/api/stations", body: "{\"id\":\"b\"}")
                    + WebClient.request("GET", "/api/stations"))
            #expect(try client.reply()?.status == 201)
            let first = try client.reply()
            #expect(first?.body.contains("\"a\"") == true && first?.body.contains("\"b\"") == false)
            #expect(try client.reply()?.status == 201)
            #expect(try client.reply()?.body.contains("\"b\"") == true)
        }
    }

    @Test func requestsMayComeByteByByte() throws {
        try withServer { server in
            let client = try server.connect()
            let text = WebClient.request("POST", "/api/stations", body: "{\"id\":\"a\"}")
            for byte in text { try client.send(String(byte)) }
            #expect(try client.reply()?.status == 201)
            #expect(try client.ask("GET", "/api/stations/a")?.status == 200)
        }
    }

    // MARK: Log-in

    @Test func withoutLogInEverythingIs401() throws {
        try withServer { server in
            for target in ["/api/stations", "/nowhere", "/api/trades/t-1"] {
                let client = try server.connect()
                try client.send("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")
                let reply = try client.reply()
                #expect(reply?.status == 401)
                #expect(reply?.field("www-authenticate") != nil)
            }
            let client = try server.connect()
            for value in ["Basic YWRtaW46d3Jvbmc=", "Basic !", "Digest x", "Bearer abc"] {
                try client.send(
                    "GET /api/me HTTP/1.1\r\nHost: a\r\nAuthorization: \(value)\r\n\r\n")
                #expect(try client.reply()?.status == 401)
            }
        }
    }

    // MARK: Methods

    @Test func methodsOfPaths() throws {
        try withServer { server in
            let client = try server.connect()
            #expect(try client.ask("GET", "/nowhere")?.status == 404)
            let wrong = try client.ask("DELETE", "/api/trades")
            #expect(wrong?.status == 405)
            #expect(wrong?.field("allow") == "GET, HEAD, POST, OPTIONS")
            let options = try client.ask("OPTIONS", "/api/trades")
            #expect(options?.status == 204)
            #expect(options?.field("allow") == "GET, HEAD, POST, OPTIONS")
            #expect(try client.ask("OPTIONS", "*")?.status == 204)
            #expect(try client.ask("TRACE", "/api/trades")?.status == 405)
            let get = try client.ask("GET", "/api/stations")
            let head = try client.ask("HEAD", "/api/stations")
            #expect(head?.status == 200 && head?.body.isEmpty == true)
            #expect(head?.field("content-length") == get?.field("content-length"))
            #expect(head?.field("etag") == get?.field("etag"))
            #expect(try client.ask("GET", "/api/stations/")?.status == 200)
        }
    }

    // MARK: Conditions

    @Test func tagsAndWaiting() throws {
        try withServer { server in
            let client = try server.connect()
            let made = try client.ask("POST", "/api/stations", body: "{\"id\":\"a\"}")
            let tag = made?.field("etag") ?? ""
            #expect(!tag.isEmpty)
            let read = try client.ask("GET", "/api/stations/a")
            #expect(read?.field("etag") == tag && read?.field("entrepot-seq") != nil)
            let same = try client.ask(
                "GET", "/api/stations/a", fields: "If-None-Match: \(tag)\r\n")
            #expect(same?.status == 304 && same?.field("etag") == tag)
            #expect(same?.field("content-length") == nil)
            let seq = read?.field("entrepot-seq") ?? "0"
            #expect(try client.ask("GET", "/api/stations/a?after=\(seq)")?.status == 200)
        }
    }

    @Test func requestsAreNamed() throws {
        try withServer { server in
            let client = try server.connect()
            let named = try client.ask(
                "GET", "/api/stations", fields: "X-Request-Id: mine-1\r\n")
            #expect(named?.field("x-request-id") == "mine-1")
            let other = try client.ask("GET", "/api/stations")
            #expect((other?.field("x-request-id") ?? "").count > 2)
            #expect(other?.field("x-content-type-options") == "nosniff")
            #expect(other?.field("date")?.hasSuffix(" GMT") == true)
        }
    }

    // MARK: Bodies

    @Test func bodiesInChunksAndByAsking() throws {
        try withServer { server in
            let client = try server.connect()
            let head =
                "POST /api/stations HTTP/1.1\r\nHost: a\r\n\(WebClient.login)"
                + "Content-Type: application/json\r\n"
            try client.send(
                head + "Transfer-Encoding: chunked\r\n\r\n6\r\n{\"id\":\r\n4;x=y\r\n\"a\"}\r\n"
                    + "0\r\n\r\n")
            #expect(try client.reply()?.status == 201)
            try client.send(head + "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.reply()?.status == 100)
            try client.send("{\"id\":\"b\"}")
            #expect(try client.reply()?.status == 201)
            // Nobody is asked to send what will be refused.
            try client.send(
                "POST /api/stations HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n"
                    + "Expect: 100-continue\r\n\r\n")
            #expect(try client.reply()?.status == 401)
            #expect(try client.isClosed())
        }
    }

    @Test func bodiesInAnotherCoding() throws {
        try withServer { server in
            let client = try server.connect()
            for (coding, status) in [("gzip", 415), ("x, gzip", 415), ("Identity", 201)] {
                let reply = try client.ask(
                    "POST", "/api/stations", fields: "Content-Encoding: \(coding)\r\n",
                    body: "{\"id\":\"a\"}")
                #expect(reply?.status == status)
                #expect((reply?.field("accept-encoding") == "identity") == (status == 415))
            }
            // A request without a body has no coding of one.
            #expect(
                try client.ask("GET", "/api/stations", fields: "Content-Encoding: gzip\r\n")?.status
                    == 200)
        }
    }

    @Test func whoFindsNoRoomHearsSo() throws {
        let server = try RunningHTTPServer { $0.limits.maxConnections = 1 }
        defer { server.stop() }
        let first = try server.connect()
        #expect(try first.ask("GET", "/healthz")?.status == 200)
        let second = try server.connect().reply()
        #expect(second?.status == 503 && second?.field("retry-after") == "1")
        #expect(second?.field("content-type") == "application/problem+json")
        #expect(second?.body.contains("\"code\":\"BUSY\"") == true)
        #expect(second?.field("connection") == "close")
        #expect(try first.ask("GET", "/healthz")?.status == 200)
    }

    @Test func aRefusalStillReadsTheBody() throws {
        try withServer { server in
            let client = try server.connect()
            try client.send(
                "POST /api/stations HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n{}\n"
                    + WebClient.request("GET", "/api/stations"))
            #expect(try client.reply()?.status == 401)
            #expect(try client.reply()?.status == 200)
        }
    }

    @Test func tooMuchIsRefusedAndReadAway() throws {
        try withServer { server in
            let client = try server.connect()
            try client.send(
                "POST /api/stations HTTP/1.1\r\nHost: a\r\n\(WebClient.login)"
                    + "Content-Length: 2000000\r\n\r\n" + String(repeating: "x", count: 100_000))
            let reply = try client.reply()
            #expect(reply?.status == 413 && reply?.field("connection") == "close")
            #expect(try client.isClosed())
            let chunked = try server.connect()
            try chunked.send(
                "POST /api/stations HTTP/1.1\r\nHost: a\r\n\(WebClient.login)"
                    + "Transfer-Encoding: chunked\r\n\r\n200000\r\n")
            #expect(try chunked.reply()?.status == 413)
            #expect(try chunked.isClosed())
        }
    }

    @Test func ambiguousFramingEndsTheConnection() throws {
        try withServer { server in
            let client = try server.connect()
            try client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc"
                    + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try client.reply()?.status == 400)
            #expect(try client.reply() == nil)
            #expect(try client.isClosed())
        }
    }

    /// None of them is taken, and nothing behind one of them is.
    @Test func whatMustBeRefused() throws {
        let server = try RunningHTTPServer {
            $0.limits.httpHeadBytes = RefusedRequests.headBytes
            $0.limits.httpHeadFields = RefusedRequests.fields
            $0.limits.httpBodyBytes = RefusedRequests.bodyBytes
            $0.routes = TestRoutes.root
        }
        defer { server.stop() }
        for refused in RefusedRequests.all {
            let client = try server.connect()
            try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n" + refused.text)
            #expect(try client.reply()?.status == 200, "\(refused)")
            let reply = try client.reply()
            #expect(reply?.status == refused.status, "\(refused)")
            #expect(reply?.field("connection") == "close", "\(refused)")
            #expect(try client.reply() == nil, "\(refused)")
        }
        #expect(try server.connect().ask("GET", "/")?.status == 200)
    }

    @Test func repliesThatNobodyTakes() throws {
        try withServer { server in
            let client = try server.connect()
            let fields = "Accept: text/html\r\n"
            #expect(try client.ask("GET", "/api/stations", fields: fields)?.status == 406)
            let any = "Accept: text/html, */*;q=0.1\r\n"
            #expect(try client.ask("GET", "/api/stations", fields: any)?.status == 200)
        }
    }

    @Test func oldClientsAndLastRequests() throws {
        try withServer { server in
            let old = try server.connect()
            try old.send("GET /api/stations HTTP/1.0\r\n\(WebClient.login)\r\n")
            #expect(try old.reply()?.status == 200)
            #expect(try old.isClosed())
            let kept = try server.connect()
            try kept.send(
                "GET /api/stations HTTP/1.0\r\nConnection: keep-alive\r\n\(WebClient.login)\r\n")
            #expect(try kept.reply()?.field("connection") == "keep-alive")
            let reply = try kept.ask("GET", "/api/stations", fields: "Connection: close\r\n")
            #expect(reply?.field("connection") == "close")
            #expect(try kept.isClosed())
            // Half a connection is answered too.
            let half = try server.connect()
            try half.send(WebClient.request("GET", "/api/stations"))
            half.finishSending()
            #expect(try half.reply()?.status == 200)
            #expect(try half.isClosed())
        }
    }
}
