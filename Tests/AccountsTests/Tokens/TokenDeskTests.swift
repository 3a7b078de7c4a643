import Accounts
import Basics
import Crypto
import Domain
import Ledger
import Testing

struct TokenDeskTests {
    let test: TestBook
    let desk: TokenDesk

    init() throws {
        test = try TestBook()
        desk = try TokenDesk(
            book: test.book, store: test, lifetimes: TokenDesk.Lifetimes(),
            secret: [UInt8](repeating: 3, count: 32))
    }

    func logIn(
        _ name: String = "ada", _ password: String = "ada-password"
    ) -> TokenDesk.Outcome<TokenDesk.Tokens> {
        test.waiting {
            desk.logIn(
                name: name, password: Redacted(password), from: "192.0.2.1", complete: $0)
        }
    }

    func refresh(
        _ token: Redacted, by desk: TokenDesk? = nil
    ) -> TokenDesk.Outcome<TokenDesk.Tokens> {
        test.waiting { (desk ?? self.desk).refresh(token, from: "192.0.2.1", complete: $0) }
    }

    func user(of token: Redacted) -> Caller? { test.logIn(.token(token)).caller }

    @Test func aLogInGivesTokens() throws {
        let tokens = try #require(logIn().value)
        #expect(tokens.expiresIn == 900)
        let caller = try #require(user(of: tokens.access))
        #expect(caller.name.text == "ada" && caller.grant != nil)
        #expect(caller.expires?.milliseconds == TokenForge.now + 900_000)
        #expect(desk.verify(tokens.access, from: "") == nil)
        // A refresh token opens nothing by itself.
        #expect(user(of: tokens.refresh) == nil)
        #expect(desk.verify(tokens.refresh, from: "")?.code == .wrongPass)
        #expect(refresh(tokens.access).code == .wrongPass)
        test.clock.advance(seconds: 900)
        #expect(user(of: tokens.access) == nil)
        #expect(desk.verify(tokens.access, from: "")?.code == .noAuth)
    }

    @Test func wrongPasswordsGiveNone() {
        #expect(logIn("ada", "x").code == .wrongPass)
        #expect(logIn("eve", "ada-password").code == .wrongPass)
    }

    @Test func refreshTokensChange() throws {
        var tokens = try #require(logIn().value)
        for _ in 0..<5 {
            test.clock.advance(seconds: 600)
            let next = try #require(refresh(tokens.refresh).value)
            #expect(next.refresh != tokens.refresh && next.access != tokens.access)
            #expect(user(of: next.access) != nil)
            tokens = next
        }
    }

    /// Whoever uses an old one ends the whole session, whichever of the two he is.
    @Test func reuseRevokesTheFamily() throws {
        let first = try #require(logIn().value)
        let second = try #require(refresh(first.refresh).value)
        let third = try #require(refresh(second.refresh).value)
        let another = try #require(logIn().value)
        #expect(user(of: third.access) != nil)
        #expect(refresh(first.refresh).code == .noAuth)
        #expect(refresh(third.refresh).code == .noAuth)
        for tokens in [first, second, third] { #expect(user(of: tokens.access) == nil) }
        #expect(user(of: another.access) != nil)
        #expect(refresh(another.refresh).value != nil)
        #expect(test.sink.text.contains("used twice"))
        #expect(!test.sink.text.contains(String(first.refresh.revealed.suffix(20))))
    }

    /// What nobody was given ends nothing.
    @Test func forgedRefreshTokens() throws {
        let tokens = try #require(logIn().value)
        let letters = Array(tokens.refresh.revealed)
        for index in letters.indices {
            var other = letters
            other[index] = other[index] == "A" ? "B" : "A"
            if other == letters { continue }
            #expect(refresh(Redacted(String(other))).code == .wrongPass, "letter \(index)")
        }
        #expect(refresh(Redacted("")).code == .wrongPass)
        #expect(refresh(tokens.refresh).value != nil)
    }

    /// Another store takes none of them, and another secret of the store ends them.
    @Test func anotherKeyOfTheStore() throws {
        let first = try #require(logIn().value)
        let second = try #require(refresh(first.refresh).value)
        let other = try TokenDesk(
            book: test.book, store: test, lifetimes: TokenDesk.Lifetimes(),
            secret: [UInt8](repeating: 4, count: 32))
        #expect(refresh(first.refresh, by: other).code == .wrongPass)
        #expect(refresh(second.refresh, by: other).code == .wrongPass)
        #expect(refresh(second.refresh).value != nil)
    }

    @Test func sessionsEnd() throws {
        let tokens = try #require(logIn().value)
        test.clock.advance(seconds: 30 * 86_400 - 100)
        // The last access token ends with its session.
        let last = try #require(refresh(tokens.refresh).value)
        #expect(last.expiresIn == 100)
        test.clock.advance(seconds: 100)
        #expect(refresh(last.refresh).code == .noAuth)
        #expect(user(of: last.access) == nil)
    }

    @Test func revoking() throws {
        func revoke(_ token: Redacted) -> CommandError? {
            test.waiting { desk.revoke(token, complete: $0) }
        }
        for kind in 0..<2 {
            let tokens = try #require(logIn().value)
            #expect(revoke(kind == 0 ? tokens.refresh : tokens.access) == nil)
            #expect(user(of: tokens.access) == nil)
            #expect(refresh(tokens.refresh).code == .noAuth)
        }
        let token = try test.issue("ada")
        #expect(revoke(Redacted(token.text)) == nil)
        #expect(user(of: Redacted(token.text)) == nil)
        // Unknown ones are no error.
        #expect(revoke(Redacted("x")) == nil)
        #expect(revoke(Redacted(token.text)) == nil)
    }

    @Test func aForeignTokenRevokesNothing() throws {
        let tokens = try #require(logIn().value)
        let forged = String(tokens.refresh.revealed.dropLast(4)) + "AAAA"
        let refusal: CommandError? = test.waiting { desk.revoke(Redacted(forged), complete: $0) }
        #expect(refusal == nil)
        #expect(user(of: tokens.access) != nil)
    }

    // MARK: The page

    @Test func pages() throws {
        let outcome: TokenDesk.Outcome<TokenDesk.Page> = test.waiting {
            desk.beginPage(
                name: "ada", password: Redacted("ada-password"), from: "192.0.2.1", complete: $0)
        }
        let page = try #require(outcome.value)
        let caller = try #require(test.logIn(.page(page.cookie)).caller)
        #expect(caller == page.caller && caller.grant == page.caller.grant)
        #expect(desk.csrf(page.cookie) == page.csrf && page.csrf.utf8.count == 43)
        #expect(desk.csrf(Redacted("another")) != page.csrf)
        // A cookie is no token and no refresh token, and the other way round.
        #expect(test.logIn(.token(page.cookie)).code == .wrongPass)
        #expect(refresh(page.cookie).code == .wrongPass)
        let tokens = try #require(logIn().value)
        #expect(test.logIn(.page(tokens.refresh)).code == .wrongPass)
        #expect(test.logIn(.page(tokens.access)).code == .wrongPass)
        #expect(test.logIn(.page(Redacted(try test.issue("ada").text))).caller == nil)
        let refusal: CommandError? = test.waiting { desk.endPage(page.cookie, complete: $0) }
        #expect(refusal == nil)
        #expect(test.logIn(.page(page.cookie)).code == .noAuth)
    }

    @Test func pagesEnd() throws {
        let outcome: TokenDesk.Outcome<TokenDesk.Page> = test.waiting {
            desk.beginPage(
                name: "ada", password: Redacted("ada-password"), from: "192.0.2.1", complete: $0)
        }
        let page = try #require(outcome.value)
        test.clock.advance(seconds: 12 * 3_600)
        #expect(test.logIn(.page(page.cookie)).code == .noAuth)
    }
}

extension TokenDesk.Outcome {
    var value: Value? { if case .done(let value) = self { value } else { nil } }
    var code: ErrorCode? { if case .refused(let error, _) = self { error.code } else { nil } }
}
