import HTTPClient
import System
import Testing

/// A mail server that answers each verb with one text.
private struct MailScript: Sendable {
    var greeting = "220 fake ready"
    var replies: [String: String] = [
        "EHLO": "250-fake\r\n250 SIZE 1000000", "HELO": "250 fake", "MAIL": "250 ok",
        "RCPT": "250 ok", "DATA": "354 go on", "QUIT": "221 bye",
    ]
    var taken = "250 queued"
    let log = Log()

    init(_ changes: [String: String] = [:], greeting: String? = nil, taken: String? = nil) {
        replies.merge(changes) { $1 }
        if let greeting { self.greeting = greeting }
        if let taken { self.taken = taken }
    }

    func serve(_ peer: Peer) {
        log.add("connection")
        peer.write(greeting + "\r\n")
        while let line = peer.read(until: "\r\n") {
            log.add(line)
            let verb = String(line.prefix { $0.isLetter })
            guard let reply = replies[verb] else { return peer.waitForEnd() }
            peer.write(reply + "\r\n")
            if reply.hasPrefix("354") {
                guard let mail = peer.read(until: "\r\n.\r\n") else { return }
                log.add(mail)
                peer.write(taken + "\r\n")
            }
            if verb == "STARTTLS", reply.hasPrefix("220") {
                // The client begins its handshake and gets no answer of that kind.
                _ = peer.read(count: 5)
                peer.write("250 nonsense\r\n")
                return
            }
            if verb == "QUIT" { return }
        }
    }
}

@Suite("SMTP client")
struct SMTPClientTests {
    private static let mail = Array("Subject: x\r\n\r\n.dot\r\n..\r\nend\r\n".utf8)

    /// Sends one mail with a client of its own.
    private func send(
        _ script: MailScript, encryption: SMTPClient.Encryption = .off,
        login: SMTPClient.Login? = nil, to recipients: [String] = ["a@b.example"],
        from sender: String = "me@c.example", message: [UInt8] = mail,
        policy: AddressPolicy = .privateToo, limits: TransferLimits = TransferLimits()
    ) throws -> TransferError? {
        var failure: TransferError?
        try FakeServer.run(script.serve) { server in
            do throws(TransferError) {
                var client = try SMTPClient(
                    server: .init(
                        host: "127.0.0.1", port: server.port, encryption: encryption, login: login,
                        allowsPlainPassword: true, helloName: "depot"),
                    policy: policy)
                _ = try client.send(
                    from: sender, to: recipients, message: message, limits: limits)
            } catch {
                failure = error
            }
        }
        return failure
    }

    @Test("hands mails over, dots and all, on one connection")
    func mails() throws {
        let script = MailScript()
        try FakeServer.run(script.serve) { server in
            var client = try SMTPClient(
                server: .init(
                    host: "127.0.0.1", port: server.port, encryption: .optional,
                    helloName: "depot"),
                policy: .privateToo)
            for recipients in [["a@b.example", "d@e.example"], ["a@b.example"]] {
                let receipt = try client.send(
                    from: "me@c.example", to: recipients, message: Self.mail)
                #expect(receipt.remoteAddress == "127.0.0.1")
            }
        }
        let stuffed = "Subject: x\r\n\r\n..dot\r\n...\r\nend\r\n.\r\n"
        #expect(
            script.log.all == [
                "connection", "EHLO depot\r\n", "MAIL FROM:<me@c.example> SIZE=29\r\n",
                "RCPT TO:<a@b.example>\r\n", "RCPT TO:<d@e.example>\r\n", "DATA\r\n", stuffed,
                "MAIL FROM:<me@c.example> SIZE=29\r\n", "RCPT TO:<a@b.example>\r\n", "DATA\r\n",
                stuffed,
            ])
    }

    @Test(
        "tells a refusal for good from one for now",
        arguments: [
            (["MAIL": "550 5.7.1 no"], nil, nil, 550), (["RCPT": "450 4.2.1 later"], nil, nil, 450),
            (["RCPT": "550-no such\r\n550 user"], nil, nil, 550),
            (["DATA": "451 busy"], nil, nil, 451), ([:], nil, "552 too large", 552),
            ([:], nil, "452 full", 452), ([:], "554 go away", nil, 554),
            ([:], "421 busy", nil, 421),
            (["EHLO": "502 what", "HELO": "504 no"], nil, nil, 504),
        ] as [([String: String], String?, String?, Int)])
    func refusals(changes: [String: String], greeting: String?, taken: String?, code: Int) throws {
        let failure = try send(MailScript(changes, greeting: greeting, taken: taken))
        #expect(failure?.kind == .rejected)
        #expect(failure?.replyCode == code)
        #expect(failure?.isPermanent == (code >= 500))
        #expect(failure?.message.contains("\(code)") == true)
    }

    @Test("falls back to HELO")
    func oldServer() throws {
        #expect(try send(MailScript(["EHLO": "502 what"])) == nil)
    }

    @Test("sends nothing unencrypted where encryption is required")
    func encryption() throws {
        let plain = MailScript()
        #expect(try send(plain, encryption: .required)?.kind == .tls)
        #expect(!plain.log.all.contains { $0.hasPrefix("MAIL") || $0.hasPrefix("AUTH") })
        #expect(try send(MailScript(), encryption: .optional) == nil)
        let refused = ["EHLO": "250-fake\r\n250 STARTTLS", "STARTTLS": "454 later"]
        #expect(try send(MailScript(refused), encryption: .required)?.kind == .tls)
        #expect(try send(MailScript(refused), encryption: .optional) == nil)
        // Offered, and then not kept: neither goes on in plain text.
        for encryption in [SMTPClient.Encryption.required, .optional] {
            let script = MailScript(["EHLO": "250-fake\r\n250 STARTTLS", "STARTTLS": "220 go"])
            #expect(try send(script, encryption: encryption)?.kind == .tls)
            #expect(!script.log.all.contains { $0.hasPrefix("MAIL") })
        }
        // A reply that an attacker on the way put behind the offer.
        let injected = MailScript([
            "EHLO": "250-fake\r\n250 STARTTLS", "STARTTLS": "220 go\r\n250 fake",
        ])
        #expect(try send(injected, encryption: .required) != nil)
    }

    @Test("logs in, and says when it may not")
    func login() throws {
        let login = SMTPClient.Login(user: "me", password: "secret-word")
        let offer = "250-fake\r\n250 AUTH PLAIN"
        let good = MailScript(["EHLO": offer, "AUTH": "334 ", "AG": "235 welcome"])
        #expect(try send(good, login: login) == nil)
        // NUL, me, NUL, secret-word.
        #expect(good.log.all.contains("AG1lAHNlY3JldC13b3Jk\r\n"))
        for (reply, code) in [("535 5.7.8 secret-word", 535), ("454 later", 454)] {
            let failure = try send(MailScript(["EHLO": offer, "AUTH": reply]), login: login)
            #expect(failure?.kind == .login)
            #expect(failure?.replyCode == code)
            #expect(failure?.message.contains("secret") == false)
        }
        // A server that knows no login may take mails without one.
        #expect(try send(MailScript(), login: login) == nil)
        #expect(throws: TransferError.self) {
            _ = try SMTPClient(
                server: .init(host: "a", encryption: .optional, login: login), policy: .publicOnly)
        }
    }

    @Test(
        "refuses envelopes that would write commands of their own",
        arguments: [
            "", "a", "@b", "a@", "a@b@c", "a@b\r\nRCPT TO:<x@y>", "a@b> SIZE=1", "a b@c", "<a@b>",
            "a@b,c@d", "\"a\"@b", "\u{f6}@b", "a@b\0", "-a@b",
            String(repeating: "a", count: 254) + "@b",
        ])
    func envelopes(address: String) throws {
        let script = MailScript()
        #expect(try send(script, to: [address])?.kind == .request)
        #expect(try send(script, to: ["a@b.example", address])?.kind == .request)
        #expect(try send(script, from: address)?.kind == .request)
        #expect(script.log.all.isEmpty)
    }

    @Test(
        "refuses mails in which another one could hide",
        arguments: [
            "", "a", "a\n", "a\r", "a\n.\nMAIL\r\n", "a\r.\r\n", "a\r\r\n", "\n", "a\0\r\n",
            String(repeating: "x", count: 999) + "\r\n",
        ])
    func messages(text: String) throws {
        #expect(SafeText.mailObjection(Array(text.utf8)) != nil)
        #expect(try send(MailScript(), message: Array(text.utf8))?.kind == .request)
    }

    @Test("lets the longest line pass")
    func longLine() {
        let line = String(repeating: "x", count: 998) + "\r\n"
        #expect(SafeText.mailObjection(Array(line.utf8)) == nil)
    }

    @Test("refuses servers that are not a host and a number of recipients without sense")
    func servers() throws {
        for host in ["", "a b", "a/b", "a\r\n", "u@h", "-x", "h?x", "h#x"] {
            #expect(throws: TransferError.self) {
                _ = try SMTPClient(server: .init(host: host), policy: .publicOnly)
            }
        }
        #expect(try send(MailScript(), to: [])?.kind == .request)
    }

    @Test("obeys the address policy and the time limit")
    func policyAndTime() throws {
        let script = MailScript()
        #expect(try send(script, policy: .publicOnly)?.kind == .addressRefused)
        #expect(script.log.all.isEmpty)
        let mute = MailScript(["MAIL": "250-and more"])
        let limits = TransferLimits(totalMilliseconds: 100)
        #expect(try send(mute, limits: limits)?.kind == .timeout)
    }

    @Test("waits for no farewell")
    func silentFarewell() throws {
        // The server says nothing to QUIT, neither after a mail nor after a refusal.
        for changes in [[:], ["RCPT": "550 no"]] {
            var script = MailScript(changes)
            script.replies["QUIT"] = nil
            let took = try milliseconds { _ = try send(script) }
            #expect(took < 5_000)
        }
    }
}
