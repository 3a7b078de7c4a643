import Basics
import HTTPCore
import Testing

@testable import HTTPServer

/// What a connection may take its time for, by a clock that is put forward.
@Suite("HTTP deadlines") struct DeadlineTests {
    private func withServer(
        _ body: (RunningHTTPServer, SteppedClock) throws -> Void
    ) throws {
        let clock = SteppedClock()
        let server = try RunningHTTPServer {
            $0.clock = clock
            $0.routes = [TestRoutes.large, TestRoutes.echo]
        }
        defer { server.stop() }
        try body(server, clock)
    }

    @Test func aHeadThatDrips() throws {
        try withServer { server, clock in
            let client = try server.connect()
            try client.send("GET / HTTP/1.1\r\nHo")
            #expect(try client.reply(within: 1_500) == nil)
            clock.advance(seconds: 3)
            try client.send("st: a\r\nX: y\r\n")
            clock.advance(seconds: 4)
            let reply = try client.reply()
            #expect(reply?.status == 408 && reply?.field("connection") == "close")
            #expect(try client.isClosed())
        }
    }

    @Test func aConnectionThatSaysNothing() throws {
        try withServer { server, clock in
            let client = try server.connect()
            clock.advance(seconds: 7)
            #expect(try client.reply() == nil)
            #expect(try client.isClosed())
        }
    }

    @Test func aSecondHeadHasItsOwnTime() throws {
        try withServer { server, clock in
            let client = try server.connect()
            #expect(try client.ask("POST", "/echo", body: "{}")?.status == 200)
            clock.advance(seconds: 20)
            try client.send("GET /echo HT")
            #expect(try client.reply(within: 300) == nil)
            clock.advance(seconds: 3)
            #expect(try client.reply(within: 1_500) == nil)
            clock.advance(seconds: 3)
            #expect(try client.reply()?.status == 408)
        }
    }

    @Test func anIdleConnectionIsClosed() throws {
        try withServer { server, clock in
            let client = try server.connect()
            #expect(try client.ask("POST", "/echo", body: "{}")?.status == 200)
            clock.advance(seconds: 25)
            #expect(try client.reply(within: 1_500) == nil)
            #expect(try client.ask("POST", "/echo", body: "{}")?.status == 200)
            clock.advance(seconds: 32)
            #expect(try client.isClosed())
        }
    }

    @Test func aBodyThatDrips() throws {
        try withServer { server, clock in
            let client = try server.connect()
            try client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\n\(WebClient.login)Content-Length: 1000\r\n\r\n{")
            // The head must have come before its time is over.
            #expect(try client.reply(within: 1_500) == nil)
            clock.advance(seconds: 6)
            #expect(try client.reply(within: 1_500) == nil)
            try client.send(" ")
            clock.advance(seconds: 6)
            let reply = try client.reply()
            #expect(reply?.status == 408 && reply?.field("connection") == "close")
            #expect(try client.isClosed())
        }
    }

    @Test func aBodyThatFlowsMayTakeLonger() throws {
        try withServer { server, clock in
            let client = try server.connect()
            let part = String(repeating: " ", count: 200_000)
            try client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\n\(WebClient.login)Content-Length: 400002\r\n"
                    + "\r\n")
            try client.send(part)
            // 200 kB are worth twelve seconds more.
            #expect(try client.reply(within: 300) == nil)
            clock.advance(seconds: 15)
            #expect(try client.reply(within: 1_500) == nil)
            try client.send(part + "{}")
            #expect(try client.reply()?.status == 200)
        }
    }

    @Test func aClientThatNeverReadsIsCutOff() throws {
        try withServer { server, clock in
            let client = try server.connect()
            for _ in 0..<12 { try client.send(WebClient.request("GET", "/large")) }
            #expect(try server.connect().ask("POST", "/echo", body: "{}")?.status == 200)
            clock.advance(seconds: 22)
            // The server looks at its deadlines once a second.
            #expect(try server.connect().reply(within: 1_500) == nil)
            let received = try client.readToEnd()
            #expect(received != nil && received ?? 0 < 12 << 20)
        }
    }
}
