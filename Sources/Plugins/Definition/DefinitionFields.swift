import Basics
import Domain
import Lua

/// Takes the entries of a plugin's table one by one, and then refuses what nobody asked for.
struct DefinitionFields {
    private let table: LuaTable
    private let source: SourceTokens
    private var known: [String] = []

    init(_ table: LuaTable, source: SourceTokens) {
        self.table = table
        self.source = source
    }

    /// A mistake in the entry `key`.
    func problem(_ key: String, _ message: String) -> PluginProblem {
        PluginProblem(line: source.line(ofKey: key), message: "\(key) \(message)")
    }

    private func unfit(_ key: String, _ form: String, _ value: LuaValue) -> PluginProblem {
        if value == .none { return PluginProblem(message: "\(key) is missing: \(form)") }
        return problem(key, "must be \(form), is \(value.kind)")
    }

    private mutating func take(_ key: String) -> LuaValue {
        known.append(key)
        return table[key]
    }

    // MARK: Values

    mutating func integer(_ key: String) throws(PluginProblem) -> Int64? {
        switch take(key) {
        case .none: return nil
        case .integer(let number): return number
        case let other: throw unfit(key, "an integer", other)
        }
    }

    mutating func boolean(_ key: String) throws(PluginProblem) -> Bool? {
        switch take(key) {
        case .none: return nil
        case .boolean(let flag): return flag
        case let other: throw unfit(key, "true or false", other)
        }
    }

    mutating func text(_ key: String, most: Int) throws(PluginProblem) -> String? {
        switch take(key) {
        case .none: return nil
        case .string(let text):
            if text.utf8.count <= most { return text }
            throw problem(key, "is longer than \(most) bytes")
        case let other: throw unfit(key, "a string", other)
        }
    }

    /// - Returns: whether there is a function.
    mutating func function(_ key: String) throws(PluginProblem) -> Bool {
        switch take(key) {
        case .none: return false
        case .function: return true
        case let other: throw unfit(key, "a function", other)
        }
    }

    // MARK: Entries

    mutating func name() throws(PluginProblem) -> Identifier {
        let value = take("name")
        guard case .string(let text) = value else { throw unfit("name", "an id", value) }
        guard let name = Identifier(text), name != HookCursor.routes else {
            throw problem("name", "must be an id of 1 to 64 letters, digits and . _ -")
        }
        if name.isReserved {
            throw problem("name", "is a word of the command language: choose another")
        }
        return name
    }

    mutating func version() throws(PluginProblem) -> String {
        let value = take("version")
        guard case .string(let text) = value else {
            throw unfit("version", "a string such as \"1.2.0\"", value)
        }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x40 }
        if text.isEmpty || text.utf8.count > PluginDefinition.versionBytes || !isPlain {
            throw problem(
                "version",
                "must have 1 to \(PluginDefinition.versionBytes) printable characters "
                    + "without spaces and @")
        }
        return text
    }

    mutating func station() throws(PluginProblem) -> Identifier? {
        let value = take("station")
        guard case .string(let text) = value else {
            throw unfit("station", "a station's id or \"*\"", value)
        }
        if text == "*" { return nil }
        if let id = Identifier(text) { return id }
        throw problem("station", "must be a station's id or \"*\", is \"\(text)\"")
    }

    mutating func onError() throws(PluginProblem) -> RuleFailure {
        let value = take("on_error")
        guard case .string(let text) = value else {
            throw unfit("on_error", "\"skip\" or \"reject\"", value)
        }
        for choice in RuleFailure.allCases where "\(choice.name)" == text { return choice }
        throw problem("on_error", "must be \"skip\" or \"reject\", is \"\(text)\"")
    }

    /// The entries of a table of functions by name.
    private mutating func functions(
        _ key: String, _ form: String
    ) throws(PluginProblem) -> [String] {
        let value = take(key)
        if value == .none { return [] }
        guard case .table(let inner) = value else { throw unfit(key, form, value) }
        var names: [String] = []
        for pair in inner.pairs {
            guard case .string(let name) = pair.key else { throw problem(key, "must be \(form)") }
            guard pair.value == .function else {
                throw PluginProblem(
                    line: source.line(ofKey: name, within: key),
                    message: "\(key)[\"\(name)\"] must be a function, is \(pair.value.kind)")
            }
            names.append(name)
        }
        return names
    }

    mutating func patterns() throws(PluginProblem) -> [EventPattern] {
        let names = try functions("on", "a table of functions by event, such as \"trade.*\"")
        if names.count > PluginDefinition.patternLimit {
            throw problem("on", "has more than \(PluginDefinition.patternLimit) entries")
        }
        var patterns: [EventPattern] = []
        for name in names {
            do throws(PluginProblem) { patterns.append(try EventPattern(name)) } catch {
                throw PluginProblem(
                    line: source.line(ofKey: name, within: "on"),
                    message: "on: \(error.message)")
            }
        }
        return patterns
    }

    mutating func timers() throws(PluginProblem) -> [PluginDefinition.TimerPeriod] {
        let names = try functions("every", "a table of functions by duration, such as \"1h\"")
        if names.count > PluginDefinition.timerLimit {
            throw problem("every", "has more than \(PluginDefinition.timerLimit) entries")
        }
        var periods: [PluginDefinition.TimerPeriod] = []
        for name in names {
            let line = source.line(ofKey: name, within: "every")
            let milliseconds: Int64
            do throws(ValueError) { milliseconds = try DurationText.parse(name.utf8.span) } catch {
                throw PluginProblem(line: line, message: "every: \(error.message)")
            }
            if milliseconds < PluginDefinition.shortestTimerMilliseconds {
                throw PluginProblem(line: line, message: "every: \"\(name)\" is less than 1 s")
            }
            if let twin = periods.first(where: { $0.milliseconds == milliseconds }) {
                throw PluginProblem(
                    line: line, message: "every: \"\(name)\" is \"\(twin.text)\" again")
            }
            periods.append(.init(text: name, milliseconds: milliseconds))
        }
        return periods.sorted { $0.milliseconds < $1.milliseconds }
    }

    mutating func tests() throws(PluginProblem) -> [LuaValue] {
        let value = take("tests")
        if value == .none { return [] }
        guard case .table(let inner) = value, let list = inner.list else {
            throw unfit("tests", "a list of tables", value)
        }
        if list.count > PluginDefinition.testLimit {
            throw problem("tests", "has more than \(PluginDefinition.testLimit) entries")
        }
        return list
    }

    /// - Throws: for the first entry that was not asked for, with the nearest known one.
    func finish() throws(PluginProblem) {
        for pair in table.pairs {
            switch pair.key {
            case .string(let key) where known.contains(key): continue
            case .string(let key):
                throw PluginProblem(
                    line: source.line(ofKey: key),
                    message: "there is no entry \"\(key)\"" + NearestWord.hint(key, in: known))
            case .integer(let index):
                throw PluginProblem(message: "the table is no list, but has an entry [\(index)]")
            }
        }
    }
}
