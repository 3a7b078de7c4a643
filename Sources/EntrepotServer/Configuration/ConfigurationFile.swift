import Basics
import Lua

/// `entrepot.conf`: a Lua chunk that returns one table of settings.
enum ConfigurationFile {
    /// One setting that the file gives.
    struct Entry: Equatable {
        let key: String
        /// Nil is a value of a kind that no setting has; `message` says so.
        let text: String?
        let message: String
        let line: Int?
    }

    /// Evaluates the file in the sandbox.
    ///
    /// - Throws: what is wrong with the file as a whole, with its line.
    static func entries(
        _ source: [UInt8], path: String
    ) throws(ConfigurationError) -> [Entry] {
        let table: LuaTable
        do {
            var state = try LuaState(budget: .configuration)
            table = try state.evaluateTable(source.span, name: path)
        } catch {
            let place = error.line.map { "\(path):\($0)" } ?? path
            throw ConfigurationError(place: place, message: error.message)
        }
        let lines = LuaKeyLines(source)
        return table.pairs.map { pair in
            switch pair.key {
            case .integer(let number):
                return Entry(
                    key: String(number), text: nil,
                    message: "a value has no key; write key = value", line: nil)
            case .string(let key):
                let (text, message) = text(pair.value, key: key)
                return Entry(key: key, text: text, message: message, line: lines[key])
            }
        }
    }

    private static func text(_ value: LuaValue, key: String) -> (String?, String) {
        switch value {
        case .string(let text): (text, "")
        case .integer(let number): (String(number), "")
        case .boolean(let flag): (flag ? "true" : "false", "")
        case .number(let number):
            if let whole = Int64(exactly: number) {
                (String(whole), "")
            } else {
                (nil, "\(key) must be a whole number")
            }
        case .none, .table, .function, .hostValue:
            (nil, "\(key) must be a text or a number, is a \(value.kind)")
        }
    }
}
