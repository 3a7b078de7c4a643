import Accounts
import Basics
import Domain
import EventLoop
import Ledger
import Passwords
import System
import Testing

struct AccountBookTests {
    let loopback = Endpoint.tcp(host: "127.0.0.1", port: 1)
    let elsewhere = Endpoint.tcp(host: "192.0.2.1", port: 1)

    @Test func rightAndWrongPasswords() throws {
        let test = try TestBook()
        let caller = try #require(test.logIn("ada", "ada-password").caller)
        #expect(caller.name.text == "ada" && caller.role == .trader)
        #expect(caller.stations == [Identifier(literal: "luna")])
        #expect(caller.grant == nil && caller.expires == nil)
        for (name, password) in [
            ("ada", "Ada-password"), ("ada", ""), ("bob", "ada-password"), ("", ""),
            ("a b", "x"), ("ada\u{0}", "ada-password"),
        ] {
            let answer = test.logIn(name, password, from: "192.0.2.\(password.count)")
            #expect(answer.code == .wrongPass, "\(name)")
        }
        // Clients that know only a password send this name.
        #expect(test.logIn("default", "admin-password").caller?.name == User.admin)
    }

    @Test func theLogNamesTheAddressAlone() throws {
        let test = try TestBook()
        _ = test.logIn("mistyped-secret", "another-secret", from: "192.0.2.77")
        #expect(test.sink.text.contains("192.0.2.77"))
        #expect(!test.sink.text.contains("secret"))
    }

    @Test func aRightPasswordIsRememberedUntilItChanges() throws {
        let test = try TestBook()
        let right = Credentials.password(name: "ada", Redacted("ada-password"))
        #expect(test.book.recall(right, from: "192.0.2.1") == nil)
        #expect(test.logIn(right).caller != nil)
        #expect(test.book.recall(right, from: "192.0.2.1")?.caller != nil)
        let wrong = Credentials.password(name: "ada", Redacted("ada-passworD"))
        #expect(test.book.recall(wrong, from: "192.0.2.1") == nil)
        let other = try PasswordHash.make(
            Redacted("another-one"), salt: [UInt8](repeating: 6, count: 16), cost: TestBook.cost)
        _ = try test.change("ada") { $0.passwordHash = other }
        #expect(test.book.recall(right, from: "192.0.2.1") == nil)
        #expect(test.logIn(right).code == .wrongPass)
        #expect(test.logIn("ada", "another-one").caller != nil)
        // And not for ever.
        test.clock.advance(seconds: 601)
        let new = Credentials.password(name: "ada", Redacted("another-one"))
        #expect(test.book.recall(new, from: "192.0.2.1") == nil)
    }

    @Test func manyAtOnceAreOneHash() throws {
        let test = try TestBook()
        let counter = Monitor(0)
        for _ in 0..<200 {
            test.book.verify(
                .password(name: "ada", Redacted("ada-password")), from: "192.0.2.1"
            ) { answer in counter.update { $0 += answer.caller == nil ? 1_000 : 1 } }
        }
        let count: Int = counter.wait { $0 >= 200 ? $0 : nil } ?? 0
        #expect(count == 200)
    }

    @Test func disabledUsersAreOut() throws {
        let test = try TestBook()
        let caller = try #require(test.logIn("ada", "ada-password").caller)
        let token = try test.issue("ada")
        #expect(test.logIn(.token(Redacted(token.text))).caller != nil)
        #expect(try test.change("ada") { $0.isDisabled = true } == [caller.name])
        #expect(test.logIn("ada", "ada-password").code == .wrongPass)
        #expect(test.logIn(.token(Redacted(token.text))).code == .noAuth)
        #expect(test.book.refreshed(caller) == nil)
        _ = try test.change("ada") { $0.isDisabled = false }
        #expect(test.book.refreshed(caller) != nil)
    }

    @Test func rightsFollowTheRecord() throws {
        let test = try TestBook()
        let caller = try #require(test.logIn("ada", "ada-password").caller)
        #expect(test.book.refreshed(caller) === caller)
        _ = try test.change("ada") { user in
            user.role = .viewer
            user.stations = []
        }
        let present = try #require(test.book.refreshed(caller))
        #expect(present.role == .viewer && present.stations == [])
        #expect(test.book.refreshed(Caller.system) === Caller.system)
        let nobody = Caller(name: Identifier(literal: "nobody"), role: .admin, stations: nil)
        #expect(test.book.refreshed(nobody) == nil)
    }

    /// Who came by a password that is no longer the user's is out; who has just set it is not.
    @Test func anotherPasswordEndsWhatCameByTheOldOne() throws {
        let test = try TestBook()
        let caller = try #require(test.logIn("ada", "ada-password").caller)
        let token = try test.issue("ada")
        let byToken = try #require(test.logIn(.token(Redacted(token.text))).caller)
        let other = try PasswordHash.make(
            Redacted("another-one"), salt: [UInt8](repeating: 6, count: 16), cost: TestBook.cost)
        #expect(try test.change("ada") { $0.passwordHash = other } == [caller.name])
        #expect(test.book.refreshed(caller) == nil)
        #expect(test.book.refreshed(byToken) === byToken)
        let renewed = try #require(test.book.renewed(caller))
        #expect(test.book.refreshed(renewed) === renewed)
        #expect(test.book.renewed(byToken) == nil)
        // Other changes leave it alone.
        _ = try test.change("ada") { user in
            user.passwordHash = other
            user.role = .viewer
        }
        #expect(test.book.refreshed(renewed)?.role == .viewer)
        _ = try test.change("ada") { user in
            user.passwordHash = other
            user.isDisabled = true
        }
        #expect(test.book.renewed(caller) == nil)
    }

    @Test func usersWithoutAPassword() throws {
        let test = try TestBook(users: [("admin", "admin-password")])
        _ = try test.change("ada") { $0.passwordHash = nil }
        #expect(test.logIn("ada", "").code == .wrongPass)
        #expect(test.logIn("ada", "ada-password").code == .wrongPass)
    }

    // MARK: Loopback

    @Test func loopbackIsTrustedUntilSomebodySetsUpUsers() throws {
        let test = try TestBook(users: [("admin", "x")], isUntouched: true)
        func caller(_ peer: Endpoint, _ local: Endpoint) -> Caller? {
            test.book.callerWithoutCredentials(peer: peer, local: local)
        }
        #expect(caller(loopback, loopback) == .local)
        #expect(caller(elsewhere, loopback) == nil)
        #expect(caller(elsewhere, elsewhere) == nil)
        #expect(test.book.refreshed(.local) == .local)
        // The server's own changes are nobody's.
        let admin = try TestBook.user("admin", "y")
        _ = test.book.observe([
            test.event(.userAdded, .user(UserChange(before: nil, user: admin)), by: .system)
        ])
        #expect(caller(loopback, loopback) == .local)
        let ada = try TestBook.user("ada", "z")
        let changed = test.book.observe([
            test.event(.userAdded, .user(UserChange(before: nil, user: ada)), by: .local)
        ])
        #expect(changed == [ada.name, .local])
        #expect(caller(loopback, loopback) == nil)
        #expect(test.book.refreshed(.local) == nil)
        // The server's own user may always come in by the Unix socket.
        #expect(caller(.unix(path: ""), .unix(path: "/x")) == .local)
    }

    @Test func loopbackIsNotTrustedWhereEverybodyLogsIn() throws {
        let test = try TestBook(users: [], isUntouched: true, trustsLoopback: false)
        let caller = test.book.callerWithoutCredentials(peer: loopback, local: loopback)
        #expect(caller == nil)
        #expect(!test.book.hasCredentials)
    }

    @Test func mailGoesToThoseOfTheStation() throws {
        let test = try TestBook()
        _ = try test.change("ada") { $0.email = "ada@example.org" }
        _ = try test.change("admin") { $0.email = "admin@example.org" }
        _ = try test.change("bob") { user in
            user.email = "bob@example.org"
            user.isDisabled = true
        }
        let (luna, terra) = (Identifier(literal: "luna"), Identifier(literal: "terra"))
        #expect(test.book.mailAddresses(of: [luna, luna, terra]) == ["ada@example.org"])
        #expect(test.book.mailAddresses(of: [terra]) == [])
        #expect(test.book.mailAddresses(of: []) == [])
    }

    // MARK: API tokens

    @Test func apiTokens() throws {
        let test = try TestBook()
        let end = try #require(
            Timestamp(milliseconds: TokenForge.now).adding(milliseconds: 60_000))
        let token = try test.issue("ada", expires: end)
        #expect(Credentials.isToken(token.text))
        let caller = try #require(test.logIn(.token(Redacted(token.text))).caller)
        #expect(caller.name.text == "ada" && caller.grant == token.grant.id)
        #expect(caller.expires == end)
        #expect(test.book.refreshed(caller) === caller)
        // Whatever is altered, it is another secret.
        let letters = Array(token.text)
        for index in letters.indices {
            var other = letters
            other[index] = other[index] == "A" ? "B" : "A"
            if other == letters { continue }
            let code = test.logIn(.token(Redacted(String(other)))).code
            #expect(code == .wrongPass, "letter \(index)")
        }
        test.clock.advance(seconds: 59)
        #expect(test.book.refreshed(caller) === caller)
        test.clock.advance(seconds: 1)
        #expect(test.book.refreshed(caller) == nil)
        #expect(test.logIn(.token(Redacted(token.text))).code == .noAuth)
    }

    @Test func revokedTokensAreOut() throws {
        let test = try TestBook()
        let (one, other) = (try test.issue("ada"), try test.issue("ada"))
        let caller = try #require(test.logIn(.token(Redacted(one.text))).caller)
        test.revoke(one.grant)
        #expect(test.logIn(.token(Redacted(one.text))).code == .noAuth)
        #expect(test.book.refreshed(caller) == nil)
        #expect(test.logIn(.token(Redacted(other.text))).caller != nil)
        // One token with the secret of another.
        let mixed = one.text.prefix(30) + other.text.dropFirst(30)
        #expect(test.logIn(.token(Redacted(String(mixed)))).code == .wrongPass)
    }

    @Test func whatIsNoToken() throws {
        let test = try TestBook()
        for text in [
            "", "ent_", "ent__", "ent_01ARZ3NDEKTSV4RRFFQ69G5FAV_", "Bearer x", "a.b.c", "..",
            String(repeating: "x", count: 10_000),
        ] {
            #expect(test.logIn(.token(Redacted(text))).code == .wrongPass, "\(text)")
            #expect(!Credentials.isToken(text), "\(text)")
        }
    }
}
