package import Domain
import Lua

/// What the table that a plugin's file returns says, checked: every key known, every value of its
/// form, within the limits.
package struct PluginDefinition: Sendable {
    package let name: Identifier
    /// What the plugin calls its version, 1–32 bytes.
    package let version: String
    package let description: String?
    /// Whose trades and shipments it sees; nil for `*`.
    package let station: Identifier?
    /// Lower runs first; −1 000 000 to 1 000 000.
    package let priority: Int64
    package let onError: RuleFailure
    /// Whether its prices also take the place of those that a command names.
    package let namedPrices: Bool
    package let hasPricing: Bool
    package let hasValidate: Bool
    package let hasETA: Bool
    /// The events it hears, in order of their patterns.
    package let on: [EventPattern]
    /// Its timers, shortest first.
    package let every: [TimerPeriod]
    /// Its own tests, as written.
    let tests: [LuaValue]

    /// A period of `every`.
    package struct TimerPeriod: Sendable, Equatable {
        /// As written, `1h`.
        package let text: String
        package let milliseconds: Int64
    }

    /// The only version of this interface so far.
    package static let api: Int64 = 1
    package static let versionBytes = 32
    package static let descriptionBytes = 1_024
    package static let priorityLimit: Int64 = 1_000_000
    package static let patternLimit = 64
    package static let timerLimit = 16
    package static let testLimit = 1_000
    package static let shortestTimerMilliseconds: Int64 = 1_000

    /// Its hooks by name: `pricing`, `validate`, `eta`, `on:shipment.delayed`, `every:1h`.
    package var hooks: [String] {
        var hooks: [String] = []
        if hasPricing { hooks.append("pricing") }
        if hasValidate { hooks.append("validate") }
        if hasETA { hooks.append("eta") }
        return hooks + on.map { "on:\($0.text)" } + every.map { "every:\($0.text)" }
    }

    /// Whether it takes part in decisions.
    package var hasBeforeHooks: Bool { hasPricing || hasValidate || hasETA }
    /// Whether it hears events or the clock.
    package var hasAfterHooks: Bool { !on.isEmpty || !every.isEmpty }
}

extension PluginDefinition {
    /// Reads the table.
    ///
    /// - Parameter source: for the lines of mistakes.
    /// - Throws: the first mistake, with its line where the text shows it.
    init(_ table: LuaTable, source: SourceTokens) throws(PluginProblem) {
        var fields = DefinitionFields(table, source: source)
        let api = try fields.integer("api")
        name = try fields.name()
        version = try fields.version()
        if api != Self.api {
            throw fields.problem(
                "api", api.map { "must be \(Self.api), is \($0)" } ?? "is missing: api = 1")
        }
        description = try fields.text("description", most: Self.descriptionBytes)
        station = try fields.station()
        priority = try fields.integer("priority") ?? 50
        if priority.magnitude > UInt64(Self.priorityLimit) {
            throw fields.problem(
                "priority",
                "must be within -\(Self.priorityLimit) and \(Self.priorityLimit), is \(priority)")
        }
        onError = try fields.onError()
        namedPrices = try fields.boolean("named_prices") ?? false
        hasPricing = try fields.function("pricing")
        hasValidate = try fields.function("validate")
        hasETA = try fields.function("eta")
        on = try fields.patterns()
        every = try fields.timers()
        tests = try fields.tests()
        try fields.finish()
        if hooks.isEmpty {
            throw PluginProblem(
                message: "has no hook: one of pricing, validate, eta, on, every is needed")
        }
        if namedPrices && !hasPricing {
            throw fields.problem("named_prices", "is for plugins with pricing")
        }
    }
}
