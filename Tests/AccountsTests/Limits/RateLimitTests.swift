import Accounts
import Basics
import Domain
import Testing

struct RateLimitTests {
    let clock = HandClock()
    let ada = Identifier(literal: "ada")

    @Test func offByDefault() {
        let rates = RateLimits(clock: clock)
        for _ in 0..<1_000 { #expect(rates.take(user: ada, address: "192.0.2.1") == nil) }
    }

    @Test func aWindowOfRequests() throws {
        let rates = RateLimits(
            RateLimits.Settings(userRequests: 3, windowSeconds: 30), clock: clock)
        for left in [2, 1, 0] {
            let verdict = try #require(rates.take(user: ada, address: "192.0.2.1"))
            #expect(verdict.isAllowed && verdict.remaining == left && verdict.limit == 3)
            #expect(verdict.policy == .user && verdict.windowSeconds == 30)
        }
        let refused = try #require(rates.take(user: ada, address: "192.0.2.1"))
        #expect(!refused.isAllowed && refused.resetSeconds == 10 && refused.remaining == 0)
        // Others have their own, and who is not logged in none.
        #expect(rates.take(user: Identifier(literal: "bob"), address: "")?.isAllowed == true)
        #expect(rates.take(user: nil, address: "192.0.2.1") == nil)
        clock.advance(seconds: 9)
        #expect(rates.take(user: ada, address: "192.0.2.1")?.isAllowed == false)
        clock.advance(seconds: 1)
        #expect(rates.take(user: ada, address: "192.0.2.1")?.isAllowed == true)
        #expect(rates.take(user: ada, address: "192.0.2.1")?.isAllowed == false)
        clock.advance(seconds: 1_000)
        for _ in 0..<3 { #expect(rates.take(user: ada, address: "")?.isAllowed == true) }
        #expect(rates.take(user: ada, address: "")?.isAllowed == false)
    }

    @Test func addressesAndUsersTogether() throws {
        let rates = RateLimits(
            RateLimits.Settings(userRequests: 10, addressRequests: 2, windowSeconds: 10),
            clock: clock)
        #expect(rates.take(user: ada, address: "2001:db8::1")?.policy == .address)
        #expect(rates.take(user: nil, address: "2001:db8::2")?.isAllowed == true)
        let refused = try #require(rates.take(user: ada, address: "2001:db8::3"))
        #expect(!refused.isAllowed && refused.policy == .address)
        // What was refused cost the user nothing.
        let verdict = try #require(rates.take(user: ada, address: "192.0.2.1"))
        #expect(verdict.isAllowed)
        rates.set(RateLimits.Settings())
        #expect(rates.take(user: ada, address: "2001:db8::3") == nil)
    }

    @Test func hugeNumbers() {
        let rates = RateLimits(
            RateLimits.Settings(
                userRequests: .max, addressRequests: .max, windowSeconds: .max), clock: clock)
        #expect(rates.take(user: ada, address: "192.0.2.1")?.isAllowed == true)
        rates.set(RateLimits.Settings(userRequests: 1, windowSeconds: -5))
        #expect(rates.take(user: ada, address: "")?.windowSeconds == 1)
    }
}
