import Glibc

/// A property that holds for any bytes, under a name by which `scripts/fuzz` asks for it.
///
/// A trap, a crash or a sanitizer's report ends the process by itself; everything else that must
/// not be is a finding.
package struct FuzzTarget: Sendable {
    package let name: String
    /// What is wrong with these bytes, one sentence; nil where the property holds. One thread.
    package let finding: @Sendable ([UInt8]) -> String?

    package static let all: [FuzzTarget] = [
        FuzzTarget(name: "rules", finding: RulesTarget.finding),
        FuzzTarget(name: "lua", finding: LuaTarget.finding),
        FuzzTarget(name: "resp", finding: RESPTarget.finding),
        FuzzTarget(name: "http", finding: HTTPTarget.finding),
        FuzzTarget(name: "websocket", finding: WebSocketTarget.finding),
        FuzzTarget(name: "json", finding: JSONTarget.finding),
        FuzzTarget(name: "events", finding: EventsTarget.finding),
    ]

    /// The target of a name.
    package static func named(_ name: String) -> FuzzTarget? {
        all.first { $0.name == name }
    }

    /// An input of `rules` as a reader sees it: the rule that it generates, with its world behind.
    package static func text(of input: [UInt8]) -> String {
        if input.first != RulesTarget.generated { return String(decoding: input, as: UTF8.self) }
        let (source, given) = RulesTarget.written(input.dropFirst())
        return "\(source)-- given = \(given)"
    }
}

/// The time that this thread has computed: others' work on a busy machine does not count.
enum ThreadTime {
    static var microseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
    }

    /// What a call of a budget may take at most.
    ///
    /// A chain of `__call` shifts all of Lua's stack again and again, in one instruction; the clock is
    /// read when the stack doubles, and a doubling takes three times what all before it took. The
    /// rest is for a machine that is slow at times.
    static func mostMicroseconds(budget: Int) -> Int { 4 * budget + 50_000 }
}
