import Basics
import Domain
import JSON
import Lua

/// What a test says must come of the call: the `expect…` entries.
struct Expectation {
    private let values: [(key: String, value: LuaValue)]

    private static let keys = [
        "expect", "expect_reason", "expect_reject", "expect_error", "expect_notices",
        "expect_state",
    ]

    init(_ given: inout GivenTable) throws(PluginProblem) {
        values = Self.keys.compactMap { key in
            let value = given.value(key)
            return value == .none ? nil : (key, value)
        }
    }

    private subscript(_ key: String) -> LuaValue {
        values.first { $0.key == key }?.value ?? .none
    }

    /// - Throws: for an entry that the hook's tests do not have.
    func allow(_ keys: [String]) throws(PluginProblem) {
        for (key, _) in values where !keys.contains(key) {
            throw PluginProblem(
                message: "tests of this hook have \(keys.joined(separator: ", ")), no \(key)")
        }
    }

    // MARK: Errors

    /// The call failed: was that expected?
    func check(_ fault: RuleFault) throws(PluginProblem) {
        switch self["expect_error"] {
        case .none: throw PluginProblem(line: fault.line, message: fault.message)
        case .string(let part):
            if fault.message.contains(part) { return }
            throw PluginProblem(
                line: fault.line,
                message: "expected an error with \"\(part)\", is \"\(fault.message)\"")
        default: return
        }
    }

    /// The call did not fail: was that expected?
    func checkNoError(_ result: String) throws(PluginProblem) {
        if self["expect_error"] != .none {
            throw PluginProblem(message: "expected an error, is \(result)")
        }
    }

    // MARK: Decisions

    /// The expected price; `unchanged` where nothing is said.
    func amount(scale: Int, else unchanged: Int64) throws(PluginProblem) -> Int64? {
        let text: String
        switch self["expect"] {
        case .none: return self["expect_reason"] == .none ? unchanged : nil
        case .string(let amount): text = amount
        case .integer(let whole): text = String(whole)
        case let other:
            throw PluginProblem(
                message: "expect must be an amount such as \"9.50\", is \(other.kind)")
        }
        do throws(ValueError) { return try MoneyText.parse(text.utf8.span, scale: scale) } catch {
            throw PluginProblem(message: "expect: \(error.message)")
        }
    }

    /// The expected moment; nil where nothing is expected.
    func time(now: Timestamp) throws(PluginProblem) -> Timestamp? {
        switch self["expect"] {
        case .none: return nil
        case .integer(let milliseconds): return Timestamp(milliseconds: milliseconds)
        case .string(let text):
            do throws(RuleFault) { return try HookResult.time(text, now: now) } catch {
                throw PluginProblem(message: "expect: \(error.message)")
            }
        case let other:
            throw PluginProblem(message: "expect must be a time or \"+72h\", is \(other.kind)")
        }
    }

    func checkReason(_ reason: String?) throws(PluginProblem) {
        guard case .string(let part) = self["expect_reason"] else { return }
        if reason?.contains(part) == true { return }
        throw PluginProblem(
            message:
                "expected a reason with \"\(part)\", is \(reason.map { "\"\($0)\"" } ?? "none")")
    }

    func checkRefusal(_ refusal: String?) throws(PluginProblem) {
        switch (self["expect_reject"], refusal) {
        case (.none, nil), (.boolean(false), nil): return
        case (.none, let reason?), (.boolean(false), let reason?):
            throw PluginProblem(message: "expected no refusal, is \"\(reason)\"")
        case (.string(let part), let reason?):
            if reason.contains(part) { return }
            throw PluginProblem(message: "expected a refusal with \"\(part)\", is \"\(reason)\"")
        case (_, _?): return
        case (_, nil): throw PluginProblem(message: "expected a refusal, but it passed")
        }
    }

    // MARK: Notices

    func check(_ result: AfterResult) throws(PluginProblem) {
        try checkNoError("\(result.notices.count) notices")
        switch self["expect_notices"] {
        case .none: break
        case .integer(let count):
            if Int64(result.notices.count) != count {
                throw PluginProblem(
                    message: "expected \(count) notices, are \(result.notices.count)")
            }
        case .table(let table):
            guard let list = table.list else {
                throw PluginProblem(message: "expect_notices must be a list or a number")
            }
            if list.count != result.notices.count {
                throw PluginProblem(
                    message: "expected \(list.count) notices, are \(result.notices.count)")
            }
            for (index, wanted) in list.enumerated() {
                try check(result.notices[index], wanted, "notice \(index + 1)")
            }
        default: throw PluginProblem(message: "expect_notices must be a list or a number")
        }
        try checkState(result)
    }

    /// Each field that is named must be equal.
    private func check(
        _ notice: RuleNotice, _ wanted: LuaValue, _ title: String
    ) throws(PluginProblem) {
        var table = try GivenTable(wanted, path: "expect_notices: \(title)")
        let fields: [(String, String?)] = [
            ("channel", notice.channel.text), ("subject", notice.subject), ("text", notice.text),
            ("key", notice.key),
        ]
        for (key, actual) in fields {
            guard let text = try table.text(key), text != actual else { continue }
            throw PluginProblem(
                message: "\(title): expected \(key) \"\(text)\", is "
                    + (actual.map { "\"\($0)\"" } ?? "none"))
        }
        let data = table.value("data")
        try table.finish()
        if data == .none { return }
        let actual = notice.data.flatMap { try? JSONReader.parse($0.utf8.span) }
        if LuaJSON.json(data) != actual {
            throw PluginProblem(message: "\(title): data is \(notice.data ?? "none")")
        }
    }

    /// Each entry that is named must be returned with that value; `false` stands for a removal.
    private func checkState(_ result: AfterResult) throws(PluginProblem) {
        let wanted = self["expect_state"]
        if wanted == .none { return }
        for (key, value) in try GivenTable(wanted, path: "expect_state").entries {
            guard let entry = result.state.last(where: { $0.key == key }) else {
                throw PluginProblem(message: "expected state.\(key), which was not returned")
            }
            let isRemoval = value == .boolean(false) || value == .hostValue(RuleInterface.none)
            let actual = entry.value.flatMap { try? JSONReader.parse($0.utf8.span) }
            if isRemoval ? entry.value != nil : LuaJSON.json(value) != actual {
                throw PluginProblem(
                    message: "expected another state.\(key), is \(entry.value ?? "removed")")
            }
        }
    }
}
