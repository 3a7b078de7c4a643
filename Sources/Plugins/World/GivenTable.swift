import Basics
import Domain
import Lua

/// Reads the entries of one table of a plugin's test, each by name and kind, and then refuses what
/// nobody asked for.
struct GivenTable {
    /// nil for one without entries.
    private let table: LuaTable?
    /// Where the table stands, for messages: `given.stock["luna-1/water"]`.
    let path: String
    private var known: [String] = []

    /// A table without entries.
    init(emptyAt path: String) {
        table = nil
        self.path = path
    }

    init(_ table: LuaTable, path: String) {
        self.table = table
        self.path = path
    }

    /// - Throws: where the value is no table.
    init(_ value: LuaValue, path: String) throws(PluginProblem) {
        guard case .table(let table) = value else {
            throw PluginProblem(message: "\(path) must be a table, is \(value.kind)")
        }
        self.init(table, path: path)
    }

    /// Every entry with a text key, in order of keys.
    var entries: [(key: String, value: LuaValue)] {
        (table?.pairs ?? []).compactMap { pair in
            if case .string(let key) = pair.key { (key, pair.value) } else { nil }
        }
    }

    private func problem(_ key: String, _ form: String, _ value: LuaValue) -> PluginProblem {
        PluginProblem(message: "\(path).\(key) must be \(form), is \(value.kind)")
    }

    mutating func value(_ key: String) -> LuaValue {
        known.append(key)
        return table?[key] ?? .none
    }

    mutating func text(_ key: String) throws(PluginProblem) -> String? {
        switch value(key) {
        case .none: return nil
        case .string(let text): return text
        case let other: throw problem(key, "a string", other)
        }
    }

    mutating func integer(_ key: String) throws(PluginProblem) -> Int64? {
        switch value(key) {
        case .none: return nil
        case .integer(let number): return number
        case let other: throw problem(key, "an integer", other)
        }
    }

    /// An integer that is not negative.
    mutating func quantity(_ key: String) throws(PluginProblem) -> Int64? {
        guard let number = try integer(key) else { return nil }
        if number < 0 { throw PluginProblem(message: "\(path).\(key) must not be negative") }
        return number
    }

    mutating func boolean(_ key: String) throws(PluginProblem) -> Bool? {
        switch value(key) {
        case .none: return nil
        case .boolean(let flag): return flag
        case let other: throw problem(key, "true or false", other)
        }
    }

    mutating func identifier(_ key: String) throws(PluginProblem) -> Identifier? {
        guard let text = try text(key) else { return nil }
        guard let id = Identifier(text) else {
            throw PluginProblem(message: "\(path).\(key) is no id: \"\(text)\"")
        }
        return id
    }

    mutating func time(_ key: String) throws(PluginProblem) -> Timestamp? {
        switch value(key) {
        case .none: return nil
        case .integer(let milliseconds):
            let time = Timestamp(milliseconds: milliseconds)
            if time >= .earliest && time <= .latest { return time }
            throw PluginProblem(message: "\(path).\(key) is beyond the years 0000 to 9999")
        case .string(let text):
            if let time = Timestamp(rfc3339: text) { return time }
            throw PluginProblem(
                message: "\(path).\(key) is no time such as 2026-11-20T00:00:00Z: \"\(text)\"")
        case let other: throw problem(key, "a time", other)
        }
    }

    mutating func currency(_ key: String) throws(PluginProblem) -> CurrencyCode? {
        guard let text = try text(key) else { return nil }
        guard let code = CurrencyCode(text) else {
            throw PluginProblem(message: "\(path).\(key) is no currency code: \"\(text)\"")
        }
        return code
    }

    /// Minor units of an amount as a string or an integer.
    mutating func money(_ key: String, scale: Int) throws(PluginProblem) -> Int64? {
        let text: String
        switch value(key) {
        case .none: return nil
        case .string(let amount): text = amount
        case .integer(let amount): text = String(amount)
        case let other: throw problem(key, "an amount such as \"12.50\"", other)
        }
        do throws(ValueError) { return try MoneyText.parse(text.utf8.span, scale: scale) } catch {
            throw PluginProblem(message: "\(path).\(key): \(error.message)")
        }
    }

    mutating func list(_ key: String) throws(PluginProblem) -> [LuaValue]? {
        switch value(key) {
        case .none: return nil
        case .table(let table):
            if let list = table.list { return list }
            throw problem(key, "a list", .table(table))
        case let other: throw problem(key, "a list", other)
        }
    }

    /// A table inside, ready to be read.
    mutating func table(_ key: String) throws(PluginProblem) -> GivenTable? {
        let value = value(key)
        if value == .none { return nil }
        return try GivenTable(value, path: "\(path).\(key)")
    }

    /// - Throws: for the first entry that was not asked for, with the nearest known one.
    func finish() throws(PluginProblem) {
        for pair in table?.pairs ?? [] {
            switch pair.key {
            case .string(let key) where known.contains(key): continue
            case .string(let key):
                throw PluginProblem(
                    message: "\(path) has no \"\(key)\"" + NearestWord.hint(key, in: known))
            case .integer(let index):
                throw PluginProblem(message: "\(path) is no list, but has an entry [\(index)]")
            }
        }
    }
}
