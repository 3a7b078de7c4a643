/// Expressions: mostly of the kind that is wanted, so that they get somewhere, sometimes of any.
extension RuleWriter {
    /// What an expression is to be.
    enum Kind: Character, CaseIterable {
        case number = "n"
        case text = "t"
        case money = "m"
        case record = "r"
        case table = "l"
        case function = "f"
        case any = "a"
    }

    /// Expressions inside expressions.
    private static let deepest = 5

    /// An expression over some names; may raise anything.
    mutating func expression(_ names: [String], _ wanted: Kind) -> String {
        depth += 1
        defer { depth -= 1 }
        let kind = choices.once(in: 9) ? .any : wanted
        if depth > Self.deepest || choices.hasRunOut { return leaf(names, kind) }
        switch kind {
        case .number: return number(names)
        case .text: return text(names)
        case .money: return money(names)
        case .record: return record(names)
        case .table: return table(names)
        case .function: return "function(x, y) return \(expression(names + ["x", "y"], .any)) end"
        case .any:
            if choices.once(in: 8) { return any(names) }
            return expression(names, Kind.allCases[choices.next(Kind.allCases.count - 1)])
        }
    }

    private mutating func leaf(_ names: [String], _ kind: Kind) -> String {
        switch kind {
        case .number: return choices.pick(Self.numbers)
        case .text: return choices.pick(Self.texts)
        case .money: return choices.pick(Self.amounts)
        case .record: return names.isEmpty ? "kept" : choices.pick(names)
        case .table: return choices.pick(["{}", "kept", "entrepot.state", "{ 3, 1, 2 }"])
        case .function: return choices.pick(["tostring", "T", "error", "math.max", "print"])
        case .any: return choices.pick(Self.odd)
        }
    }

    private mutating func number(_ names: [String]) -> String {
        switch choices.next(6) {
        case 0, 1: return leaf(names, .number)
        case 2:
            return "(\(expression(names, .number)) \(choices.pick(Self.operators)) "
                + "\(expression(names, .number)))"
        case 3: return "\(record(names)).\(choices.pick(Self.fields))"
        case 4: return "(\(choices.pick(["-", "~", "#"]))\(expression(names, .number)))"
        default: return call(names, giving: .number)
        }
    }

    private mutating func text(_ names: [String]) -> String {
        switch choices.next(6) {
        case 0, 1, 2: return leaf(names, .text)
        case 3: return "(\(expression(names, .text)) .. \(expression(names, .any)))"
        case 4: return "\(record(names)).\(choices.pick(Self.fields))"
        default: return call(names, giving: .text)
        }
    }

    private mutating func money(_ names: [String]) -> String {
        switch choices.next(8) {
        case 0: return leaf(names, .money)
        case 1: return "money(\(expression(names, .text)))"
        case 2: return "money(\(choices.pick(Self.amounts)), \(expression(names, .text)))"
        case 3, 4:
            let other = [Kind.money, .number, .text][choices.next(3)]
            let (left, right) = (expression(names, .money), expression(names, other))
            let operation = choices.pick(Self.operators)
            return choices.once(in: 3)
                ? "(\(right) \(operation) \(left))" : "(\(left) \(operation) \(right))"
        case 5: return "(-\(expression(names, .money)))"
        case 6:
            return "(\(expression(names, .money))):\(choices.pick(["round", "eq", "none"]))"
                + "(\(arguments(names, "an")))"
        default: return "\(record(names)).\(choices.pick(Self.prices))"
        }
    }

    private mutating func record(_ names: [String]) -> String {
        switch choices.next(4) {
        case 0, 1: return leaf(names, .record)
        case 2: return call(names, giving: .record)
        default:
            return "\(leaf(names, .record)).\(choices.pick(["lines[1]", "data", "attributes"]))"
        }
    }

    private mutating func table(_ names: [String]) -> String {
        switch choices.next(6) {
        case 0, 1: return leaf(names, .table)
        case 2: return "{ \(arguments(names, "aaa")) }"
        case 3:
            return "{ \(choices.pick(Self.fields)) = \(expression(names, .any)), "
                + "[\(expression(names, .text))] = \(expression(names, .any)) }"
        case 4:
            return "setmetatable(\(expression(names, .table)), "
                + "{ \(choices.pick(Self.metamethods)) = \(expression(names, .function)) })"
        default: return call(names, giving: .table)
        }
    }

    private mutating func any(_ names: [String]) -> String {
        switch choices.next(5) {
        case 0: return leaf(names, .any)
        case 1: return "(\(expression(names, .any)))[\(expression(names, .any))]"
        case 2: return "(\(expression(names, .any)))(\(arguments(names, "aa")))"
        case 3:
            return "(\(expression(names, .any)) \(choices.pick(Self.operators)) "
                + "\(expression(names, .any)))"
        default: return "(\(expression(names, .text))):rep(\(arguments(names, "nt")))"
        }
    }

    // MARK: Calls

    /// A call of a function that gives a kind.
    private mutating func call(_ names: [String], giving kind: Kind) -> String {
        let fitting = Self.functions.filter { $0.gives == kind }
        guard !fitting.isEmpty else { return "nil" }
        let function = fitting[choices.next(fitting.count)]
        return "\(function.name)(\(arguments(names, function.takes)))"
    }

    /// Arguments of the kinds that are named by letters; now and then one too few, or more.
    private mutating func arguments(_ names: [String], _ kinds: String) -> String {
        var list = kinds.map { expression(names, Kind(rawValue: $0) ?? .any) }
        if choices.once(in: 8) { _ = list.popLast() }
        if choices.once(in: 12) { list += [expression(names, .any), expression(names, .any)] }
        return list.joined(separator: ", ")
    }
}
