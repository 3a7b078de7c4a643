import JSON
import Lua

/// Values copied out of Lua as JSON: a table is a list where its keys are 1, 2, …, else an object;
/// money is its amount as text.
enum LuaJSON {
    /// - Parameter box: where money came from; without it money is no data.
    /// - Returns: nil where something is no data: a function, a host value, an infinite number.
    static func json(_ value: LuaValue, money box: MoneyBox? = nil) -> JSONValue? {
        switch value {
        case .none: return .null
        case .boolean(let flag): return .bool(flag)
        case .integer(let number): return .number(String(number))
        case .number(let number): return number.isFinite ? .number(text(number)) : nil
        case .string(let text): return .string(text)
        case .table(let table): return json(table, box)
        case .function: return nil
        case .hostValue(let value):
            guard let box, let money = try? box.money(value),
                let amount = try? money.text(scale: scale(of: money))
            else { return nil }
            return .string(amount)
        }
    }

    /// The fewest digits, two or more, that show the whole amount.
    private static func scale(of money: ExactMoney) -> Int {
        for scale in 2..<9 {
            if let rounded = try? money.rounded(scale: scale), rounded == money { return scale }
        }
        return 9
    }

    private static func json(_ table: LuaTable, _ box: MoneyBox?) -> JSONValue? {
        if let list = table.list, !list.isEmpty {
            var elements: [JSONValue] = []
            for value in list {
                guard let element = json(value, money: box) else { return nil }
                elements.append(element)
            }
            return .array(elements)
        }
        var members: [(key: String, value: JSONValue)] = []
        for pair in table.pairs {
            guard let member = json(pair.value, money: box) else { return nil }
            switch pair.key {
            case .integer(let index): members.append((String(index), member))
            case .string(let key): members.append((key, member))
            }
        }
        return .object(members)
    }

    /// The shortest decimal that reads back, with a form that JSON has.
    private static func text(_ number: Double) -> String {
        number == number.rounded() && number.magnitude < 0x1p53
            ? String(Int64(number)) : number.description
    }
}
