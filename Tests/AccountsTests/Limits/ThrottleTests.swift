import Accounts
import Basics
import Domain
import Ledger
import System
import Testing

struct ThrottleTests {
    /// Tries a wrong password until it is refused without being looked at.
    func exhaust(_ test: TestBook, _ name: String, from address: String) -> Int {
        for count in 0..<100 {
            let answer = test.logIn(name, "wrong-\(count)", from: address)
            if answer.code == .limit { return count }
        }
        return 100
    }

    @Test func whoTriesWaitsLongerEachTime() throws {
        let test = try TestBook()
        #expect(exhaust(test, "ada", from: "192.0.2.1") == 4)
        var waits: [Int] = []
        for number in 0..<9 {
            let answer = test.logIn("ada", "wrong", from: "192.0.2.1")
            #expect(answer.code == .limit)
            let seconds = try #require(answer.retrySeconds)
            waits.append(seconds)
            test.clock.advance(seconds: Int64(seconds))
            #expect(test.logIn("ada", "wrong \(number)", from: "192.0.2.1").code == .wrongPass)
        }
        #expect(waits == [1, 2, 4, 8, 16, 32, 60, 60, 60])
    }

    /// A wait holds for the right password too, and ends.
    @Test func theRightPasswordAfterTheWait() throws {
        let test = try TestBook()
        _ = exhaust(test, "ada", from: "192.0.2.1")
        #expect(test.logIn("ada", "ada-password", from: "192.0.2.1").code == .limit)
        test.clock.advance(seconds: 1)
        #expect(test.logIn("ada", "ada-password", from: "192.0.2.1").caller != nil)
        #expect(exhaust(test, "ada", from: "192.0.2.1") == 4)
        #expect(test.logIn("ada", "ada-password", from: "192.0.2.1").caller != nil)
    }

    /// Nobody can lock the administrator out from elsewhere, nor for long from where he is.
    @Test func theAdministratorIsNotLockedOut() throws {
        let test = try TestBook()
        #expect(test.logIn("admin", "admin-password", from: "192.0.2.9").caller != nil)
        for host in 0..<5 { _ = exhaust(test, "admin", from: "198.51.100.\(host)") }
        #expect(test.logIn("admin", "admin-password", from: "192.0.2.9").caller != nil)
        #expect(test.logIn("admin", "admin-password", from: "192.0.2.10").caller != nil)
        // From his own address: a second at most, however much was tried.
        for _ in 0..<8 {
            _ = exhaust(test, "admin", from: "192.0.2.9")
            test.clock.advance(seconds: 1)
        }
        _ = exhaust(test, "admin", from: "192.0.2.9")
        // At once, while the password is remembered; but nobody tries thousands that way.
        #expect(test.logIn("admin", "admin-password", from: "192.0.2.9").caller != nil)
        for number in 0..<30 {
            let answer = test.logIn("admin", "guess \(number)", from: "192.0.2.9")
            #expect(answer.retrySeconds == 1)
        }
        let answer = test.logIn("admin", "admin-password", from: "192.0.2.9")
        #expect(answer.retrySeconds == 1)
        test.clock.advance(seconds: 601)
        #expect(test.logIn("admin", "admin-password", from: "192.0.2.9").caller != nil)
    }

    /// Many names from one address are throttled as well; other addresses are not.
    @Test func manyNames() throws {
        let test = try TestBook()
        var count = 0
        while count < 100, test.logIn("user-\(count)", "x", from: "192.0.2.1").code != .limit {
            count += 1
        }
        #expect(count == 20)
        #expect(test.logIn("ada", "ada-password", from: "192.0.2.1").code == .limit)
        #expect(test.logIn("ada", "ada-password", from: "192.0.2.2").caller != nil)
    }

    /// The holder of an IPv6 network has more addresses than anybody can count.
    @Test func ipv6NetworksAreOne() throws {
        let test = try TestBook()
        var count = 0
        while count < 100,
            test.logIn("ada", "x \(count)", from: "2001:db8::\(count)").code != .limit
        {
            count += 1
        }
        #expect(count == 4)
        #expect(test.logIn("ada", "ada-password", from: "2001:db8:0:1::1").caller != nil)
    }

    /// Tries that are under way count: no flood slips through before the first has failed.
    @Test func floodsAtOnce() throws {
        let test = try TestBook()
        let answers = Monitor<[ErrorCode?]>([])
        for number in 0..<100 {
            test.book.verify(
                .password(name: "ada", Redacted("wrong \(number)")), from: "192.0.2.1"
            ) { answer in answers.update { $0.append(answer.code) } }
        }
        let codes = answers.wait { $0.count == 100 ? $0 : nil } ?? []
        #expect(codes.count { $0 == .wrongPass } <= 8)
        #expect(codes.count { $0 == .limit } >= 92)
    }

    @Test func quietIsForgotten() throws {
        let test = try TestBook()
        _ = exhaust(test, "ada", from: "192.0.2.1")
        test.clock.advance(seconds: 1_000)
        #expect(exhaust(test, "ada", from: "192.0.2.1") == 4)
    }
}
