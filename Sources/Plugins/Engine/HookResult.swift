import Basics
package import Domain
import JSON
import Lua

/// A notice as a hook returns it, checked.
package struct RuleNotice: Sendable, Equatable {
    package let channel: Identifier
    package let subject: String?
    package let text: String?
    /// A JSON value.
    package let data: String?
    /// Notices of one key are delivered in order.
    package let key: String?
}

/// What a hook of `on` or `every` returned.
package struct AfterResult: Sendable, Equatable {
    package var notices: [RuleNotice] = []
    /// Entries for the plugin's state, each a JSON value; nil takes the entry out.
    package var state: [(key: String, value: String?)] = []

    package init() {}

    package static func == (left: AfterResult, right: AfterResult) -> Bool {
        left.notices == right.notices
            && left.state.elementsEqual(right.state) { $0.key == $1.key && $0.value == $1.value }
    }

    package var isEmpty: Bool { notices.isEmpty && state.isEmpty }
}

/// Checks what hooks return.
enum HookResult {
    static let reasonBytes = 1_024
    static let subjectBytes = 256
    static let textBytes = 16 * 1_024
    static let dataBytes = 16 * 1_024
    static let keyBytes = 128
    /// Notices of one return.
    static let notices = 100

    // MARK: Before the commit

    /// The price in minor units that `pricing` returned; nil for none.
    static func price(
        _ value: LuaValue, currency: Currency, box: MoneyBox
    ) throws(RuleFault) -> Int64? {
        let money: ExactMoney
        do throws(MoneyError) {
            switch value {
            case .none: return nil
            case .hostValue(let amount): money = try box.money(amount)
            case .string(let text):
                money = try ExactMoney(text: text, currency: currency.code)
            case .integer(let whole): money = ExactMoney(whole: whole, currency: currency.code)
            case .number:
                throw MoneyError("pricing returned a float: use a string such as \"9.50\", or //")
            default: throw MoneyError("pricing returned a \(value.kind), not a price")
            }
            if money.currency != currency.code {
                throw MoneyError(
                    "pricing returned \(money.currency), the trade is in \(currency.code)")
            }
            let minor = try money.minorUnits(scale: currency.scale)
            if minor < 0 {
                throw MoneyError(
                    "pricing returned a negative price, \(try money.text(scale: currency.scale))")
            }
            return minor
        } catch { throw RuleFault(error.message) }
    }

    /// The reason beside a price, or of a refusal.
    static func reason(_ value: LuaValue, hook: StaticString) throws(RuleFault) -> String? {
        switch value {
        case .none: return nil
        case .string(let text):
            if text.utf8.count > reasonBytes {
                throw RuleFault("\(hook) returned a reason of more than \(reasonBytes) bytes")
            }
            return text
        default: throw RuleFault("\(hook) returned a \(value.kind), a reason must be a string")
        }
    }

    /// The moment that `eta` returned; nil for none.
    static func eta(_ value: LuaValue, now: Timestamp) throws(RuleFault) -> Timestamp? {
        let eta: Timestamp
        switch value {
        case .none: return nil
        case .integer(let milliseconds): eta = Timestamp(milliseconds: milliseconds)
        case .string(let text): eta = try time(text, now: now)
        default:
            throw RuleFault(
                "eta returned a \(value.kind), not a time, milliseconds or a duration")
        }
        if eta < now { throw RuleFault("eta returned \(eta), which is in the past") }
        if eta > .latest { throw RuleFault("eta returned a time beyond the year 9999") }
        return eta
    }

    /// `2026-11-20T00:00:00Z` or `+72h`.
    static func time(_ text: String, now: Timestamp) throws(RuleFault) -> Timestamp {
        if text.utf8.first == UInt8(ascii: "+") {
            let rest = text.dropFirst()
            if let milliseconds = try? DurationText.parse(String(rest).utf8.span),
                let eta = now.adding(milliseconds: milliseconds)
            {
                return eta
            }
        } else if let time = Timestamp(rfc3339: text) {
            return time
        }
        throw RuleFault("\"\(text.prefix(64))\" is no time such as 2026-11-20T00:00:00Z or +72h")
    }

    // MARK: After the commit

    /// `nil`, a list of notices, or `{ notices = …, state = … }`.
    static func after(_ value: LuaValue, box: MoneyBox) throws(RuleFault) -> AfterResult {
        var result = AfterResult()
        switch value {
        case .none: return result
        case .table(let table):
            if let list = table.list {
                result.notices = try notices(list, box: box)
                return result
            }
            for pair in table.pairs {
                switch pair.key {
                case .string("notices"):
                    guard case .table(let inner) = pair.value, let list = inner.list else {
                        throw RuleFault("notices must be a list, is \(pair.value.kind)")
                    }
                    result.notices = try notices(list, box: box)
                case .string("state"): result.state = try state(pair.value, box: box)
                case .string("channel"):
                    throw RuleFault("one notice must stand in a list: { { channel = … } }")
                case .string(let key):
                    throw RuleFault("a result has notices and state, no \"\(key)\"")
                case .integer: throw RuleFault("a result is a list or has notices and state")
                }
            }
            return result
        default: throw RuleFault("returned a \(value.kind), not a list of notices")
        }
    }

    private static func notices(
        _ list: [LuaValue], box: MoneyBox
    ) throws(RuleFault) -> [RuleNotice] {
        if list.count > notices { throw RuleFault("more than \(notices) notices at once") }
        var drafts: [RuleNotice] = []
        for (index, value) in list.enumerated() {
            do throws(RuleFault) { drafts.append(try notice(value, box: box)) } catch {
                throw RuleFault("notice \(index + 1): \(error.message)")
            }
        }
        return drafts
    }

    private static func notice(_ value: LuaValue, box: MoneyBox) throws(RuleFault) -> RuleNotice {
        guard case .table(let table) = value else {
            throw RuleFault("must be a table, is \(value.kind)")
        }
        let fields = ["channel", "subject", "text", "data", "key"]
        for pair in table.pairs {
            guard case .string(let name) = pair.key, fields.contains(name) else {
                let name = if case .string(let text) = pair.key { text } else { "[number]" }
                throw RuleFault(
                    "there is no field \"\(name)\"" + NearestWord.hint(name, in: fields))
            }
        }
        guard case .string(let name) = table["channel"], let channel = Identifier(name) else {
            throw RuleFault("channel must be the id of a channel")
        }
        return RuleNotice(
            channel: channel, subject: try text(table, "subject", most: subjectBytes),
            text: try text(table, "text", most: textBytes),
            data: try data(table["data"], box: box), key: try text(table, "key", most: keyBytes))
    }

    private static func text(
        _ table: LuaTable, _ key: String, most: Int
    ) throws(RuleFault) -> String? {
        switch table[key] {
        case .none: return nil
        case .string(let text):
            if text.utf8.count > most { throw RuleFault("\(key) is longer than \(most) bytes") }
            return text
        case let other: throw RuleFault("\(key) must be a string, is \(other.kind)")
        }
    }

    private static func data(_ value: LuaValue, box: MoneyBox) throws(RuleFault) -> String? {
        if value == .none { return nil }
        let text = try json(value, box: box, what: "data")
        if text.utf8.count > dataBytes {
            throw RuleFault("data is longer than \(dataBytes) bytes as JSON")
        }
        return text
    }

    private static func state(
        _ value: LuaValue, box: MoneyBox
    ) throws(RuleFault) -> [(key: String, value: String?)] {
        guard case .table(let table) = value else {
            throw RuleFault("state must be a table, is \(value.kind)")
        }
        var entries: [(key: String, value: String?)] = []
        for pair in table.pairs {
            guard case .string(let key) = pair.key else {
                throw RuleFault("state has keys that are strings, not numbers")
            }
            if pair.value == .hostValue(RuleInterface.none) {
                entries.append((key, nil))
            } else {
                entries.append((key, try json(pair.value, box: box, what: "state.\(key)")))
            }
        }
        return entries
    }

    private static func json(
        _ value: LuaValue, box: MoneyBox, what: String
    ) throws(RuleFault) -> String {
        guard let tree = LuaJSON.json(value, money: box) else {
            throw RuleFault("\(what) holds something that is no data: a function or entrepot.none")
        }
        var text = ByteBuffer()
        tree.append(to: &text)
        return text.bytes.validatedText ?? "null"
    }
}
