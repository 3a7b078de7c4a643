import Basics

/// One key of the configuration, as data: help, documentation, flags, variables, `CONFIG GET` and
/// `CONFIG SET` all derive from it.
package struct Setting: Sendable {
    /// The headings of the documentation.
    package enum Group: String, Sendable, CaseIterable {
        case server = "Server"
        case durability = "Durability and storage"
        case log = "Log"
        case accounts = "Accounts"
        case security = "TLS"
        case requests = "Requests over TCP"
        case connections = "Connections"
        case http = "HTTP"
        case records = "Records and queries"
        case ledger = "Ledger"
        case slowlog = "Slow log"
        case rules = "Rules"
        case notices = "Notices"
    }

    /// Which shell completion fits the value.
    package enum Completion: Sendable {
        case none
        case file
        case directory
    }

    /// The name in files and in `CONFIG GET`, snake_case.
    package let key: String
    package let group: Group
    /// What to write: `HOST:PORT`, `N`, `always|off|MS`.
    package let expected: String
    /// What numbers are allowed, for people; empty for other values.
    package let range: String
    /// One line.
    package let help: String
    /// Whether `CONFIG SET` may change it on a running server.
    package let isChangeable: Bool
    /// Whether its value is never shown.
    package let isSecret: Bool
    package let completion: Completion

    /// The value as text that gives it again; empty where there is none.
    let read: @Sendable (Configuration) -> String
    /// The value for people.
    let display: @Sendable (Configuration) -> String
    /// Sets the value from text.
    let write: @Sendable (inout Configuration, String) throws(SettingRefusal) -> Void

    /// The flag without its dashes.
    package var flag: String { String(key.map { $0 == "_" ? "-" : $0 }) }
    /// The environment variable.
    package var variable: String { Setting.variablePrefix + key.uppercased() }
    package static let variablePrefix = "ENTREPOT_"

    /// The words that may be written, where they can be listed.
    package var choices: [String] {
        expected.contains("|")
            ? expected.split(separator: "|").map(String.init).filter {
                $0.first?.isLowercase == true
            }
            : []
    }
}

// MARK: Making rows

/// A path to a field of the configuration.
typealias SettingPath<Value> = any WritableKeyPath<Configuration, Value> & Sendable

extension Setting {
    /// Any value that knows its text.
    static func value<Value: SettingValue>(
        _ key: String, _ path: SettingPath<Value>, _ group: Group, changeable: Bool = false,
        _ help: String
    ) -> Setting {
        Setting(
            key: key, group: group, expected: Value.expected, range: "", help: help,
            isChangeable: changeable, isSecret: false, completion: .none,
            read: { $0[keyPath: path].setting }, display: { $0[keyPath: path].setting },
            write: { (configuration, text) throws(SettingRefusal) in
                guard let value = Value(setting: text) else {
                    throw SettingRefusal(message: "\"\(text)\" is not \(Value.expected)")
                }
                configuration[keyPath: path] = value
            })
    }

    /// A value that may be absent, written as `none`.
    static func optional<Value: SettingValue>(
        _ key: String, _ path: SettingPath<Value?>, _ group: Group, none: String, _ help: String
    ) -> Setting {
        let expected = "\(Value.expected)|\(none)"
        return Setting(
            key: key, group: group, expected: expected, range: "", help: help, isChangeable: false,
            isSecret: false, completion: .none,
            read: { $0[keyPath: path]?.setting ?? none },
            display: { $0[keyPath: path]?.setting ?? none },
            write: { (configuration, text) throws(SettingRefusal) in
                if text == none {
                    configuration[keyPath: path] = nil
                    return
                }
                guard let value = Value(setting: text) else {
                    throw SettingRefusal(message: "\"\(text)\" is not \(expected)")
                }
                configuration[keyPath: path] = value
            })
    }

    /// A path that must be given.
    static func path(
        _ key: String, _ path: SettingPath<String>, _ group: Group, _ completion: Completion,
        _ help: String
    ) -> Setting {
        Setting(
            key: key, group: group, expected: completion == .directory ? "DIR" : "FILE", range: "",
            help: help, isChangeable: false, isSecret: false, completion: completion,
            read: { $0[keyPath: path] }, display: { $0[keyPath: path] },
            write: { (configuration, text) throws(SettingRefusal) in
                configuration[keyPath: path] = try checkedPath(text)
            })
    }

    /// A file that may be absent.
    static func file(
        _ key: String, _ path: SettingPath<String?>, _ group: Group, _ help: String
    ) -> Setting {
        Setting(
            key: key, group: group, expected: "FILE", range: "", help: help, isChangeable: false,
            isSecret: false, completion: .file,
            read: { $0[keyPath: path] ?? "" }, display: { $0[keyPath: path] ?? "" },
            write: { (configuration, text) throws(SettingRefusal) in
                configuration[keyPath: path] = try checkedPath(text)
            })
    }

    /// A text that may be absent.
    ///
    /// - Parameter isValid: whether a text is one of those that `expected` names.
    static func text(
        _ key: String, _ path: SettingPath<String?>, _ group: Group, expected: String,
        _ isValid: @escaping @Sendable (String) -> Bool, _ help: String
    ) -> Setting {
        Setting(
            key: key, group: group, expected: expected, range: "", help: help,
            isChangeable: false, isSecret: false, completion: .none,
            read: { $0[keyPath: path] ?? "" }, display: { $0[keyPath: path] ?? "" },
            write: { (configuration, text) throws(SettingRefusal) in
                if !isValid(text) {
                    throw SettingRefusal(message: "\"\(text)\" is not \(expected)")
                }
                configuration[keyPath: path] = text
            })
    }

    /// A text that is never shown.
    static func secret(
        _ key: String, _ path: SettingPath<Redacted?>, _ group: Group, _ help: String
    ) -> Setting {
        Setting(
            key: key, group: group, expected: "TEXT", range: "", help: help, isChangeable: false,
            isSecret: true, completion: .none,
            read: { $0[keyPath: path] == nil ? "" : Redacted.placeholder },
            display: { $0[keyPath: path] == nil ? "" : Redacted.placeholder },
            write: { (configuration, text) throws(SettingRefusal) in
                if text.isEmpty { throw SettingRefusal(message: "must not be empty") }
                configuration[keyPath: path] = Redacted(text)
            })
    }

    /// A whole number in a range.
    static func number(
        _ key: String, _ path: SettingPath<Int>, _ group: Group, _ unit: SettingUnit,
        _ range: ClosedRange<Int>, changeable: Bool = false, _ help: String
    ) -> Setting {
        let low = Quantity.display(range.lowerBound, unit: unit)
        let high = Quantity.display(range.upperBound, unit: unit)
        return Setting(
            key: key, group: group, expected: "N", range: "\(low) – \(high)", help: help,
            isChangeable: changeable, isSecret: false, completion: .none,
            read: { String($0[keyPath: path]) },
            display: { Quantity.display($0[keyPath: path], unit: unit) },
            write: { (configuration, text) throws(SettingRefusal) in
                guard let number = Quantity.parse(text, unit: unit) else {
                    let kind = unit.word.isEmpty ? "a number" : "a number of \(unit.word)"
                    throw SettingRefusal(message: "\"\(text)\" is not \(kind)")
                }
                if !range.contains(number) {
                    throw SettingRefusal(message: "\(text) is not within \(low) – \(high)")
                }
                configuration[keyPath: path] = number
            })
    }

    /// A limit that is part of the format: shown with the others, taken only as it is.
    static func fixed(
        _ key: String, _ value: Int, _ group: Group, _ unit: SettingUnit, _ help: String
    ) -> Setting {
        let shown = Quantity.display(value, unit: unit)
        return Setting(
            key: key, group: group, expected: "N", range: shown, help: help, isChangeable: false,
            isSecret: false, completion: .none,
            read: { _ in String(value) }, display: { _ in shown },
            write: { (_, text) throws(SettingRefusal) in
                if Quantity.parse(text, unit: unit) == value { return }
                throw SettingRefusal(message: "is \(shown) and cannot be changed")
            })
    }

    private static func checkedPath(_ text: String) throws(SettingRefusal) -> String {
        if text.isEmpty { throw SettingRefusal(message: "must not be empty") }
        if text.utf8.contains(0) || text.utf8.count > 4_000 {
            throw SettingRefusal(message: "is not a path")
        }
        return text
    }
}
