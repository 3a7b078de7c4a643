/// When a rule has failed so often that it is taken out: 5 failures in its last 100 calls, or 3
/// kills within 60 s.
///
/// A kill is a failure too. Skips that the rule itself asked for, refusals of `validate` and calls
/// of quotes and dry runs do not count. One per version and of one thread. Cost: a few ns a call.
struct FallbackPolicy {
    static let failures = 5
    static let calls = 100
    static let kills = 3
    static let killNanoseconds: UInt64 = 60_000_000_000

    /// How a call ended.
    enum Outcome {
        case passed
        case failed
        case killed
    }

    /// Why the rule is to be taken out.
    enum Verdict: Equatable {
        case failures
        case kills

        var sentence: String {
            switch self {
            case .failures:
                "\(FallbackPolicy.failures) failures in \(FallbackPolicy.calls) calls"
            case .kills: "\(FallbackPolicy.kills) kills in 60 s"
            }
        }
    }

    /// The numbers of the calls that failed lately, oldest first.
    private var failedCalls: [UInt64] = []
    private var killTimes: [UInt64] = []
    private var call: UInt64 = 0

    /// Takes in the end of one call.
    ///
    /// - Parameter now: nanoseconds of the clock that never goes back.
    /// - Returns: the reason to take the rule out, once; the count then begins anew.
    mutating func note(_ outcome: Outcome, now: UInt64) -> Verdict? {
        call &+= 1
        if outcome == .passed { return nil }
        failedCalls.append(call)
        failedCalls.removeAll { call - $0 >= UInt64(Self.calls) }
        if outcome == .killed {
            killTimes.append(now)
            killTimes.removeAll { now &- $0 >= Self.killNanoseconds }
        }
        let verdict: Verdict? =
            if killTimes.count >= Self.kills { .kills } else if failedCalls.count >= Self.failures {
                .failures
            } else { nil }
        if verdict != nil { self = FallbackPolicy() }
        return verdict
    }
}
