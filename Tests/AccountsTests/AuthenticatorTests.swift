import Accounts
import Basics
import Testing

struct AuthenticatorTests {
    @Test func administratorNeedsTheRightPassword() {
        let accounts = AdministratorAuthenticator(password: Redacted("s"), trustsLoopback: false)
        #expect(accounts.authenticate(name: "admin", password: Redacted("s")) != nil)
        #expect(accounts.authenticate(name: "admin", password: Redacted("t")) == nil)
    }
}
