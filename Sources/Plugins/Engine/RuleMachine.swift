package import Basics
import Crypto
package import Domain
package import JSON
package import Ledger
import Lua

/// One version of a plugin, compiled: its hooks can be called.
///
/// A call never throws anything but `RuleFault`, ends within its limits (plus about 1 ms), and
/// leaves the machine usable unless `needsReplacement` says otherwise. Threading: one thread at a
/// time, any thread; whoever owns it sees to that. Dropping one frees its memory (10 ms at worst):
/// on a thread that serves nobody.
package final class RuleMachine {
    package let definition: PluginDefinition
    package let tag: VersionTag
    /// Doubts about the text: comparisons that are always false, and the like.
    package let warnings: [PluginProblem]
    private let lua: LuaMachine
    let host: RuleHost
    private let pricing: LuaFunction?
    private let validate: LuaFunction?
    private let eta: LuaFunction?
    private let on: [LuaFunction]
    private let every: [LuaFunction]
    private var arguments: RecordInput
    /// The station whose records it may see; nil for all. Set before its first call.
    package var scope: StationNumber?

    /// What the last call spent.
    package private(set) var usage = RuleUsage()

    private static let bounds = LuaBounds(depth: 16, entries: 10_000, stringBytes: 64 * 1_024)
    /// A price and its reason need no more.
    private static let smallBounds = LuaBounds(depth: 1, entries: 8, stringBytes: 4 * 1_024)

    /// Compiles a plugin's file, runs its main part and checks the table that it returns. The
    /// plugin's own tests are not run.
    ///
    /// Cost: about 0.1 ms for a small file, at most the limits of an after-hook. Any thread.
    ///
    /// - Parameter file: the name for messages.
    /// - Throws: the first mistake, with its line where known.
    package init(
        source: String, file: String, limits: Limits
    ) throws(PluginProblem) {
        let host = RuleHost()
        do throws(LuaError) {
            lua = try LuaMachine(RuleInterface.shared, memoryBytes: limits.ruleMemoryBytes)
            let table = try lua.load(
                source.utf8.span, name: file,
                limits: LuaLimits(
                    instructions: limits.ruleAfterInstructions,
                    microseconds: limits.ruleAfterMilliseconds * 1_000),
                bounds: Self.bounds, host: host)
            host.box.keepAll()
            let tokens = SourceTokens(Array(source.utf8))
            definition = try RuleMachine.definition(table, tokens)
            warnings = EqualityWarning.find(tokens)
        } catch {
            throw PluginProblem(line: error.line, message: error.message)
        }
        tag = VersionTag(
            digest: RuleMachine.digest(name: definition.name, source: source),
            declared: definition.version)
        self.host = host
        arguments = RecordInput(box: host.box)
        pricing = lua.function(at: [.string("pricing")])
        validate = lua.function(at: [.string("validate")])
        eta = lua.function(at: [.string("eta")])
        on = definition.on.compactMap { [lua] in
            lua.function(at: [.string("on"), .string($0.text)])
        }
        every = definition.every.compactMap { [lua] in
            lua.function(at: [.string("every"), .string($0.text)])
        }
    }

    private static func definition(
        _ table: LuaTable, _ tokens: SourceTokens
    ) throws(LuaError) -> PluginDefinition {
        do throws(PluginProblem) { return try PluginDefinition(table, source: tokens) } catch {
            throw LuaError(.badValue, source: "", line: error.line, message: error.message)
        }
    }

    /// The digest of a version: the first 16 bytes of SHA-256 over its name, a zero byte and its
    /// source.
    package static func digest(name: Identifier, source: String) -> Digest128 {
        var head = ByteBuffer(capacity: 80)
        head.append(name)
        head.append(0)
        guard var hasher = try? SHA256(),
            let digest = try? hasher.hash128(head.bytes, source.utf8.span)
        else { return FastHash.hash128(source.utf8.span, seed: 1) }
        return digest
    }

    /// Whether so little memory is left after a kill that a new machine is better.
    package var needsReplacement: Bool { lua.needsReplacement }

    /// Bytes that it holds now.
    package var memoryUsed: Int { lua.memoryUsed }

    /// Frees everything now; on a thread that serves nobody.
    package func close() { lua.close() }

    // MARK: Before the commit

    /// What `pricing` said about one line: nil where it said nothing.
    package struct Price: Sendable, Equatable {
        /// Minor units of the trade's currency.
        package let amount: Int64
        package let reason: String?
    }

    /// Asks `pricing` for the price of one line.
    ///
    /// Cost: about 1 µs besides the script itself.
    ///
    /// - Parameters:
    ///   - line: a line of `trade`, whose unit price is the one after the rule before.
    ///   - isNamed: whether the command names its price.
    package func price(
        _ trade: borrowing RuleTrade, line: Int, isNamed: Bool, world: any RuleWorld,
        limits: RuleLimits
    ) throws(RuleFault) -> Price? {
        guard let pricing, trade.lines.indices.contains(line) else { return nil }
        let random = RuleRandom(
            version: tag.digest, subject: trade.id.bytes, salt: UInt64(truncatingIfNeeded: line))
        host.begin(definition.name, "pricing", scope: scope, random: random, world: world)
        host.box.beginCall()
        arguments.input.reset(count: 2)
        let root = arguments.input.root
        arguments.add(trade, names: world.names, root, 0)
        arguments.add(
            trade.lines[line], isNamed: isNamed, currency: trade.currency, names: world.names,
            root, 1)
        let outcome = call(pricing, limits, seed: random.seed, results: 2, Self.smallBounds)
        defer { host.end() }
        try check(outcome)
        guard
            let amount = try HookResult.price(
                outcome.first, currency: trade.currency, box: host.box)
        else { return nil }
        return Price(
            amount: amount, reason: try HookResult.reason(outcome.second, hook: "pricing"))
    }

    /// Asks `validate` whether a priced trade may be.
    ///
    /// - Returns: the reason to refuse it; nil for none.
    package func refusal(
        _ trade: borrowing RuleTrade, world: any RuleWorld, limits: RuleLimits
    ) throws(RuleFault) -> String? {
        guard let validate else { return nil }
        let random = RuleRandom(version: tag.digest, subject: trade.id.bytes, salt: 1 << 32)
        host.begin(definition.name, "validate", scope: scope, random: random, world: world)
        host.box.beginCall()
        arguments.input.reset(count: 1)
        let root = arguments.input.root
        arguments.add(trade, names: world.names, root, 0)
        let outcome = call(validate, limits, seed: random.seed, results: 1, Self.smallBounds)
        defer { host.end() }
        try check(outcome)
        if case .string("") = outcome.first {
            throw RuleFault("validate returned an empty reason: nil lets the trade pass")
        }
        return try HookResult.reason(outcome.first, hook: "validate")
    }

    /// Asks `eta` when a shipment will arrive.
    ///
    /// - Returns: a time not before the decision; nil where the rule says nothing.
    package func arrival(
        _ shipment: Shipment, world: any RuleWorld, limits: RuleLimits
    ) throws(RuleFault) -> Timestamp? {
        guard let eta else { return nil }
        let random = RuleRandom(version: tag.digest, subject: shipment.id.bytes, salt: 2 << 32)
        host.begin(definition.name, "eta", scope: scope, random: random, world: world)
        host.box.beginCall()
        arguments.input.reset(count: 1)
        let root = arguments.input.root
        arguments.add(shipment, names: world.names, root, 0)
        let outcome = call(eta, limits, seed: random.seed, results: 1, Self.smallBounds)
        defer { host.end() }
        try check(outcome)
        return try HookResult.eta(outcome.first, now: world.now)
    }

    // MARK: After the commit

    /// Which hooks of `on` hear an event of a type, in order of their patterns.
    package func hooks(for type: EventType) -> [Int] {
        definition.on.indices.filter { definition.on[$0].matches(type) }
    }

    /// Calls a hook of `on`.
    ///
    /// - Parameters:
    ///   - hook: one of `hooks(for:)`.
    ///   - event: the event's JSON.
    ///   - id: the event's id, which random numbers follow from.
    package func hear(
        _ event: JSONValue, id: String, hook: Int, world: any RuleWorld, limits: RuleLimits
    ) throws(RuleFault) -> AfterResult {
        guard on.indices.contains(hook) else { return AfterResult() }
        let random = RuleRandom(
            version: tag.digest, subject: id.utf8.span, salt: 3 << 32 | UInt64(hook))
        host.begin(definition.name, "on", scope: scope, random: random, world: world)
        host.box.beginCall()
        arguments.input.reset(count: 1)
        let root = arguments.input.root
        arguments.add(event: event, root, 0)
        return try after(on[hook], random, limits)
    }

    /// Calls the timer at a place of `definition.every`; the world's time is its moment.
    package func tick(
        _ timer: Int, world: any RuleWorld, limits: RuleLimits
    ) throws(RuleFault) -> AfterResult {
        guard every.indices.contains(timer) else { return AfterResult() }
        let random = RuleRandom(
            version: tag.digest, subject: world.now.text.utf8.span, salt: 4 << 32 | UInt64(timer))
        host.begin(definition.name, "every", scope: scope, random: random, world: world)
        host.box.beginCall()
        arguments.input.reset(count: 1)
        arguments.input.set(arguments.input.root, 0, world.now.milliseconds)
        return try after(every[timer], random, limits)
    }

    private func after(
        _ function: LuaFunction, _ random: RuleRandom, _ limits: RuleLimits
    ) throws(RuleFault) -> AfterResult {
        let outcome = call(function, limits, seed: random.seed, results: 1, Self.bounds)
        defer { host.end() }
        try check(outcome)
        return try HookResult.after(outcome.first, box: host.box)
    }

    // MARK: Calling

    private func call(
        _ function: LuaFunction, _ limits: RuleLimits, seed: UInt64, results: Int,
        _ bounds: LuaBounds
    ) -> LuaOutcome {
        let outcome = lua.call(
            function, arguments.input,
            limits: LuaLimits(
                instructions: limits.instructions, microseconds: limits.microseconds, seed: seed),
            results: results, bounds: bounds, host: host)
        usage = RuleUsage(outcome.usage)
        return outcome
    }

    /// - Throws: where the call did not finish, or the store failed while it ran.
    private func check(_ outcome: LuaOutcome) throws(RuleFault) {
        if let failure = host.storeFailure { throw RuleFault(failure) }
        if outcome.ending != .finished { throw RuleFault(outcome) }
    }

    /// Forgets what the last call spent and read: the next one does not come about.
    func forgetCall() {
        usage = RuleUsage()
        host.inputs.removeAll()
    }

    /// What the last call read, as a JSON object; nil where it read nothing.
    package func takeInputs() -> String? { host.inputs.json() }
}
