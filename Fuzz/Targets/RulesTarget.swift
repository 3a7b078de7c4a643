import Basics
import Domain
import Ledger
import Lua
import Plugins

/// Rules of station operators: a source of any bytes, or a generated one behind the byte 1.
///
/// The file is examined as the loader does, its own tests included, and where it can be loaded all
/// its hooks are called, twice, each time in a new machine.
enum RulesTarget {
    /// The mark of a generated rule; no text begins with it.
    static let generated: UInt8 = 1

    /// Smaller budgets than a server's: more rules a second.
    static var limits: Limits {
        var limits = Limits()
        limits.ruleInstructions = 5_000
        limits.ruleMicroseconds = 50_000
        limits.ruleAfterInstructions = 20_000
        limits.ruleAfterMilliseconds = 50
        limits.ruleMemoryBytes = 2 << 20
        return limits
    }

    static func finding(_ bytes: [UInt8]) -> String? {
        if bytes.first != generated {
            guard let source = bytes.span.validatedText else { return nil }
            return finding(source: source, given: nil)
        }
        let (source, given) = written(bytes.dropFirst())
        return finding(source: source, given: given)
    }

    /// The rule and the world that bytes stand for; for whoever wants to read them.
    static func written(_ bytes: ArraySlice<UInt8>) -> (source: String, given: String) {
        var writer = RuleWriter(bytes)
        let source = writer.source()
        return (source, writer.world())
    }

    private static func finding(source: String, given: String?) -> String? {
        let started = ThreadTime.microseconds
        let check = PluginCheck(source: source, file: "rule.lua", limits: limits)
        let spent = ThreadTime.microseconds - started
        // Each test compiles the file, then calls a hook (of `on`: perhaps several).
        let calls = 1 + check.outcomes.count * (2 + (check.definition?.on.count ?? 0))
        let budget = limits.ruleAfterMilliseconds * 1_000
        let most = calls * ThreadTime.mostMicroseconds(budget: budget)
        if spent > most { return "the check took \(spent) µs, at most \(most) are allowed" }
        if !check.hasPassed && check.sentence == nil { return "refused without a reason" }
        let again = PluginCheck(source: source, file: "rule.lua", limits: limits)
        let sentences = check.failures + again.failures
        if !sentences.contains(where: { $0.contains("time budget") })
            && check.failures != again.failures
        {
            return "two checks differ: \(check.failures) and \(again.failures)"
        }
        guard check.problem == nil else { return nil }
        let first: RuleRun
        let second: RuleRun
        do throws(PluginProblem) {
            first = try RuleRun(source: source, given: given)
            second = try RuleRun(source: source, given: given)
        } catch {
            // The check has loaded the same text; only the time can have been another.
            let isTime = error.message.contains("time budget")
            return isTime ? nil : "loaded once, then refused: \(error.message)"
        }
        if let problem = first.problem ?? second.problem { return problem }
        if first.wasSlow || second.wasSlow { return nil }
        for (one, other) in zip(first.notes, second.notes) where one != other {
            return "two runs differ: \(one) and \(other)"
        }
        return nil
    }
}
