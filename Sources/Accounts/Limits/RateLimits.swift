package import Basics
package import Domain
import Synchronization

/// What a limit of requests said.
package struct RateVerdict: Sendable, Equatable {
    /// Whose requests were counted.
    package enum Policy: String, Sendable {
        case user
        case address
    }

    package let policy: Policy
    package let isAllowed: Bool
    /// Requests of a window.
    package let limit: Int
    package let windowSeconds: Int
    /// Requests that may still come at once.
    package let remaining: Int
    /// Seconds until there is room for one more, where there is none, else until all are free
    /// again.
    package let resetSeconds: Int
}

/// How many requests a user and an address may make: token buckets, in memory.
///
/// Threading: any. Cost: an atomic load where both limits are off, else one or two look-ups behind
/// a lock. Bounded: buckets that are full again are no buckets; beyond `capacity` the rest starts
/// anew.
package final class RateLimits: Sendable {
    /// How much, as the settings say.
    package struct Settings: Sendable, Equatable {
        /// Requests of one user in a window; 0: no limit.
        package var userRequests = 0
        /// Requests of one address in a window; 0: no limit.
        package var addressRequests = 0
        package var windowSeconds = 60

        package init(userRequests: Int = 0, addressRequests: Int = 0, windowSeconds: Int = 60) {
            self.userRequests = userRequests
            self.addressRequests = addressRequests
            self.windowSeconds = windowSeconds
        }

        var isOff: Bool { userRequests <= 0 && addressRequests <= 0 }
    }

    private struct State {
        var settings: Settings
        /// For each user and address the monotonic nanosecond at which its bucket is full again.
        var users: [Identifier: UInt64] = [:]
        var addresses: [String: UInt64] = [:]
    }

    private static let capacity = 50_000

    private let isOff: Atomic<Bool>
    private let state: Mutex<State>
    private let clock: any Clock

    package init(_ settings: Settings = Settings(), clock: any Clock) {
        isOff = Atomic(settings.isOff)
        state = Mutex(State(settings: settings))
        self.clock = clock
    }

    /// Other limits from now on; what was counted stays.
    package func set(_ settings: Settings) {
        state.withLock { $0.settings = settings }
        isOff.store(settings.isOff, ordering: .relaxed)
    }

    /// Whether any limit is in force.
    @inline(__always) package var isOn: Bool { !isOff.load(ordering: .relaxed) }

    /// Counts one request.
    ///
    /// - Parameters:
    ///   - user: nil before log-in: only the address counts.
    ///   - address: the peer's, numeric.
    /// - Returns: what the stricter limit said; nil where none is in force. A request that is
    ///   refused costs nothing.
    package func take(user: Identifier?, address: String) -> RateVerdict? {
        if isOff.load(ordering: .relaxed) { return nil }
        let now = clock.monotonicNanoseconds()
        let household =
            IPAddress(address).map { $0.isVersion4 ? address : "\($0.household.bits)" } ?? address
        return state.withLock { state in
            let settings = state.settings
            let ofAddress = Self.look(
                .address, state.addresses[household], settings.addressRequests, settings, now)
            let ofUser = user.flatMap {
                Self.look(.user, state.users[$0], settings.userRequests, settings, now)
            }
            if let refused = [ofUser, ofAddress].lazy.compactMap(\.self).first(where: {
                !$0.verdict.isAllowed
            }) {
                return refused.verdict
            }
            if let ofAddress {
                Self.keep(household, ofAddress.fullAt, &state.addresses, now)
            }
            if let ofUser, let user { Self.keep(user, ofUser.fullAt, &state.users, now) }
            guard let ofUser else { return ofAddress?.verdict }
            guard let ofAddress else { return ofUser.verdict }
            let isStricter = ofAddress.verdict.remaining < ofUser.verdict.remaining
            return isStricter ? ofAddress.verdict : ofUser.verdict
        }
    }

    /// Each request moves the moment at which the bucket is full by one share of the window; it may
    /// lie one window ahead.
    private static func look(
        _ policy: RateVerdict.Policy, _ known: UInt64?, _ limit: Int, _ settings: Settings,
        _ now: UInt64
    ) -> (verdict: RateVerdict, fullAt: UInt64)? {
        if limit <= 0 { return nil }
        let seconds = min(max(settings.windowSeconds, 1), 86_400)
        let window = UInt64(seconds) * 1_000_000_000
        let share = max(window / UInt64(limit), 1)
        let before = max(known ?? now, now)
        let after = before + share
        let isAllowed = after - now <= window
        let used = (isAllowed ? after : before) - now
        let room = isAllowed ? used : after - now - window
        let verdict = RateVerdict(
            policy: policy, isAllowed: isAllowed, limit: limit, windowSeconds: seconds,
            remaining: isAllowed ? Int((window - used) / share) : 0,
            resetSeconds: Int((room + 999_999_999) / 1_000_000_000))
        return (verdict, after)
    }

    private static func keep<Key: Hashable>(
        _ key: Key, _ fullAt: UInt64, _ buckets: inout [Key: UInt64], _ now: UInt64
    ) {
        if buckets.count >= capacity && buckets[key] == nil {
            buckets = buckets.filter { $0.value > now }
            if buckets.count >= capacity { buckets.removeAll() }
        }
        buckets[key] = fullAt
    }
}
