import Basics
import Glibc
import TLS
import Testing

@Suite(.enabled(if: Certificates.isThere, "openssl is not installed"))
struct TLSSessionTests {
    private let files: Certificates
    // A little later than the certificates, which are made now.
    private let now = Int64(time(nil)) + 5

    init() throws { files = try Certificates() }

    private func server(
        application: TLSApplication = .commands, clients: ClientCertificates = .off
    ) throws -> TLSContext {
        try TLSContext.server(
            TLSFiles(certificate: files.server, key: files.serverKey), application: application,
            clients: clients, authorities: files.authority, now: now)
    }

    private func client(_ own: TLSFiles? = nil) throws -> TLSContext {
        try TLSContext.client(authorities: files.authority, files: own, now: now)
    }

    @Test func carriesTextBothWays() throws {
        let pair = try Pair(client: client(), server: server())
        let wasReady = pair.isReady
        let ends = pair.shakeHands()
        #expect(ends.client == .done)
        #expect(ends.server == .done)
        let isReady = pair.isReady
        #expect(!wasReady && isReady)
        #expect(pair.server.agreement == "TLSv1.3 TLS_AES_256_GCM_SHA384")
        #expect(pair.client.peerCertificate?.subject == "O=Guild,CN=localhost")
        #expect(pair.server.peerCertificate == nil)

        #expect(pair.client.write(Array("PING".utf8).span) == .bytes(4))
        #expect(pair.received().text == "PING")
        #expect(pair.received().end == .wantsRead)
        #expect(pair.server.write(Array("PONG".utf8).span) == .bytes(4))
        #expect(pair.answered().text == "PONG")
        #expect(pair.client.write([UInt8]().span) == .bytes(0))
    }

    @Test func saysGoodbye() throws {
        let pair = try Pair(client: client(), server: server())
        _ = pair.shakeHands()
        #expect(pair.client.write([UInt8](repeating: 1, count: 5_000).span) == .bytes(5_000))
        pair.client.shutdown()
        // One read takes both what was sent and the end behind it, and tells them one by one.
        var buffer = ByteBuffer()
        #expect(pair.server.read(into: &buffer, maximum: 10_000) == .bytes(5_000))
        #expect(pair.hasEndToRead)
        #expect(pair.server.read(into: &buffer, maximum: 10_000) == .closed)
        #expect(!pair.hasEndToRead)
        #expect(pair.server.read(into: &buffer, maximum: 10_000) == .closed)
    }

    @Test func aSilentEndIsAnEnd() throws {
        let pair = try Pair(client: client(), server: server())
        _ = pair.shakeHands()
        shutdown(pair.clientSocket, Int32(SHUT_RDWR))
        #expect(pair.received().end == .closed)
        #expect(pair.server.write([1, 2, 3].span) != .wantsWrite)
    }

    @Test func nothingStaysInside() throws {
        let pair = try Pair(client: client(), server: server())
        _ = pair.shakeHands()
        #expect(pair.client.write([UInt8](repeating: 1, count: 10_000).span) == .bytes(10_000))
        var buffer = ByteBuffer()
        // The record is taken to its end, though less was asked for.
        #expect(pair.server.read(into: &buffer, maximum: 25) == .bytes(10_000))
        #expect(pair.server.read(into: &buffer, maximum: 25) == .wantsRead)
        #expect(pair.server.read(into: &buffer, maximum: 0) == .bytes(0))
        for _ in 0..<3 { _ = pair.client.write(Array("PING".utf8).span) }
        for _ in 0..<3 { #expect(pair.server.read(into: &buffer, maximum: 99) == .bytes(4)) }
        #expect(pair.server.read(into: &buffer, maximum: 99) == .wantsRead)
        #expect(!pair.hasEndToRead)
    }

    @Test func readingShakesHandsToo() throws {
        let pair = try Pair(client: client(), server: server())
        var buffer = ByteBuffer()
        for _ in 0..<3 {
            _ = pair.client.handshake()
            #expect(pair.server.read(into: &buffer, maximum: 99) == .wantsRead)
        }
        #expect(pair.isReady)
        #expect(buffer.array == [])
    }

    @Test func longTextsWaitForRoom() throws {
        let pair = try Pair(client: client(), server: server(), room: 8_192)
        _ = pair.shakeHands()
        let message = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        var sent = 0
        var buffer = ByteBuffer()
        var waits = 0
        while buffer.count < message.count {
            // Another array each time: the bytes have moved between the calls.
            let rest = Array(message[sent...])
            switch pair.client.write(rest.span) {
            case .bytes(let count): sent += count
            case .wantsWrite: waits += 1
            case let other:
                Issue.record("the write ended with \(other)")
                return
            }
            while case .bytes = pair.server.read(into: &buffer, maximum: 10_000) {}
        }
        #expect(waits > 10)
        #expect(buffer.array == message)
    }

    @Test func serversOfAnotherNameAreRefused() throws {
        for (host, isGood) in [
            ("localhost", true), ("127.0.0.1", true), ("127.0.0.2", false), ("else.where", false),
        ] {
            let pair = try Pair(client: client(), server: server(), host: host)
            let end = pair.shakeHands().client
            if isGood {
                #expect(end == .done)
            } else if case .failed(let error) = end {
                #expect(error.message.hasPrefix("the other side's certificate is not accepted: "))
                #expect(error.message.contains("mismatch"))
            } else {
                Issue.record("\(host) was accepted: \(end)")
            }
        }
    }

    @Test func serversOfStrangersAreRefused() throws {
        try files.makeStranger()
        let strange = try TLSContext.server(
            TLSFiles(certificate: files.stranger, key: files.strangerKey), application: .commands,
            now: now)
        let pair = try Pair(client: client(), server: strange)
        guard case .failed = pair.shakeHands().client else {
            Issue.record("a stranger's certificate was accepted")
            return
        }
        // What a broken session is asked later it answers with the same sentence.
        var buffer = ByteBuffer()
        guard case .failed = pair.client.read(into: &buffer, maximum: 10) else {
            Issue.record("a broken session goes on")
            return
        }
        pair.client.shutdown()
    }

    @Test(arguments: [ClientCertificates.off, .optional, .required])
    func clientsShowCertificates(_ clients: ClientCertificates) throws {
        try files.makeClient()
        try files.makeStranger()
        let known = TLSFiles(certificate: files.client, key: files.clientKey)
        let unknown = TLSFiles(certificate: files.stranger, key: files.strangerKey)
        for (own, isGood) in [
            (nil, clients != .required), (known, true), (unknown, clients == .off),
        ] as [(TLSFiles?, Bool)] {
            let pair = try Pair(client: client(own), server: server(clients: clients))
            let end = pair.shakeHands().server
            #expect((end == .done) == isGood, "\(String(describing: own)): \(end)")
            let shown = own == known && clients != .off
            #expect(pair.server.peerCertificate?.subject == (shown ? "CN=smuggler" : nil))
            let told = pair.answered().end
            #expect((told == .wantsRead) == isGood)
        }
    }

    @Test func whatIsNoTLSIsNamed() throws {
        for (text, sentence) in [
            ("GET / HTTP/1.1\r\n\r\n", "plain HTTP came where TLS is spoken"),
            ("*1\r\n$4\r\nPING\r\n", "what came is not TLS"),
            ("\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\u{0}\u{0}\u{1}\u{0}", nil),
            (String(repeating: "\u{0}", count: 600), nil),
        ] as [(String, String?)] {
            let pair = try Pair(client: client(), server: server())
            let bytes = Array(text.utf8)
            send(pair.clientSocket, bytes, bytes.count, 0)
            guard case .failed(let error) = pair.server.handshake() else {
                Issue.record("\(bytes) was taken for TLS")
                continue
            }
            if let sentence { #expect(error.message == sentence) }
        }
        // The errors of one session are no other's.
        let pair = try Pair(client: client(), server: server())
        #expect(pair.shakeHands().server == .done)
    }

    @Test func aGoneClientEndsTheHandshake() throws {
        let pair = try Pair(client: client(), server: server())
        shutdown(pair.clientSocket, Int32(SHUT_RDWR))
        #expect(pair.server.handshake() == .closed)
    }
}
