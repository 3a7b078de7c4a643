import Domain
import Lua

/// Money as a script computes with it.
extension RuleHost {
    /// `money("10.00" [, "CR"])`: Credits where no currency is named.
    func makeMoney(_ call: inout LuaHostCall) {
        var currency = CurrencyCode.credits
        if call.count > 1 {
            guard let named = call.withBytes(1, { CurrencyCode($0) }).flatMap({ $0 }) else {
                call.fail("money(amount, currency): the currency must be a code such as \"CR\"")
                return
            }
            currency = named
        }
        do throws(MoneyError) {
            if world != nil { _ = try scale(of: currency) }
            let money = try amount(0, currency: currency, call)
            // A money value keeps its currency; one that is named beside it must be the same.
            if call.count > 1, money.currency != currency {
                throw MoneyError("money(amount, currency): the amount is in \(money.currency)")
            }
            call.give(try box.value(money))
        } catch { call.fail(error.message) }
    }

    func operate(_ operation: LuaOperation, tag: Int, _ call: inout LuaHostCall) {
        do throws(MoneyError) {
            if tag != MoneyBox.tag {
                if operation == .text {
                    call.give("entrepot.none")
                } else if operation == .equal {
                    call.give(call.hostValue(0) == call.hostValue(1))
                } else {
                    throw MoneyError("entrepot.none is no value to compute with")
                }
                return
            }
            try compute(operation, &call)
        } catch { call.fail(error.message) }
    }

    private func compute(
        _ operation: LuaOperation, _ call: inout LuaHostCall
    ) throws(MoneyError) {
        switch operation {
        case .add:
            let (left, right) = try pair(call)
            call.give(try box.value(try left.adding(right)))
        case .subtract:
            let (left, right) = try pair(call)
            call.give(try box.value(try left.subtracting(right)))
        case .multiply: try multiply(&call)
        case .divide:
            guard let left = try money(0, call) else {
                throw MoneyError("a number cannot be divided by money")
            }
            call.give(try box.value(try left.divided(by: try factor(1, call))))
        case .negate: call.give(try box.value(try needed(0, call).negated()))
        case .less:
            let (left, right) = try pair(call)
            call.give(try left.compared(to: right) < 0)
        case .lessOrEqual:
            let (left, right) = try pair(call)
            call.give(try left.compared(to: right) <= 0)
        case .equal: call.give(try isEqual(call))
        case .text:
            let value = try needed(0, call)
            call.give("\(try value.text(scale: try scale(of: value.currency))) \(value.currency)")
        case .index: try field(&call)
        case .modulo, .floorDivide:
            throw MoneyError("money knows + - * / and :round(), neither // nor %")
        case .method(RuleInterface.Method.round.rawValue):
            let value = try needed(0, call)
            call.give(try box.value(try value.rounded(scale: try scale(of: value.currency))))
        case .method(RuleInterface.Method.eq.rawValue):
            let left = try needed(0, call)
            let right = try amount(1, currency: left.currency, call)
            let isSame = left.currency == right.currency
            call.give(isSame ? try left.compared(to: right) == 0 : false)
        case .method: break
        }
    }

    private func multiply(_ call: inout LuaHostCall) throws(MoneyError) {
        let left = try money(0, call)
        let right = try money(1, call)
        switch (left, right) {
        case (let left?, nil):
            call.give(try box.value(try left.multiplied(by: try factor(1, call))))
        case (nil, let right?):
            call.give(try box.value(try right.multiplied(by: try factor(0, call))))
        default: throw MoneyError("money cannot be multiplied by money")
        }
    }

    private func isEqual(_ call: borrowing LuaHostCall) throws(MoneyError) -> Bool {
        guard let left = try money(0, call), let right = try money(1, call) else { return false }
        if left.currency != right.currency { return false }
        return try left.compared(to: right) == 0
    }

    private func field(_ call: inout LuaHostCall) throws(MoneyError) {
        let value = try needed(0, call)
        switch call.string(1) {
        case "amount": call.give(try value.text(scale: try scale(of: value.currency)))
        case "currency": call.give(value.currency.text)
        case let name: throw MoneyError("money has no field \(name ?? "of that name")")
        }
    }

    // MARK: Operands

    /// The money at `index`; nil where something else is.
    private func money(
        _ index: Int, _ call: borrowing LuaHostCall
    ) throws(MoneyError) -> ExactMoney? {
        guard let value = call.hostValue(index), value.tag == MoneyBox.tag else { return nil }
        return try box.money(value)
    }

    private func needed(
        _ index: Int, _ call: borrowing LuaHostCall
    ) throws(MoneyError) -> ExactMoney {
        guard let money = try money(index, call) else {
            throw MoneyError("money is expected before the colon, as in price:round()")
        }
        return money
    }

    /// Two operands as amounts of one currency: that of the one that is money.
    private func pair(
        _ call: borrowing LuaHostCall
    ) throws(MoneyError) -> (ExactMoney, ExactMoney) {
        let left = try money(0, call)
        let right = try money(1, call)
        if let left { return (left, try amount(1, currency: left.currency, call)) }
        if let right { return (try amount(0, currency: right.currency, call), right) }
        throw MoneyError("one operand must be money")
    }

    /// The argument at `index` as an amount: money, a decimal string or a whole number.
    private func amount(
        _ index: Int, currency: CurrencyCode, _ call: borrowing LuaHostCall
    ) throws(MoneyError) -> ExactMoney {
        switch call.kind(index) {
        case .integer: return ExactMoney(whole: call.integer(index) ?? 0, currency: currency)
        case .string:
            return try ExactMoney(text: call.string(index) ?? "", currency: currency)
        case .hostValue:
            if let money = try money(index, call) { return money }
            throw MoneyError("entrepot.none is no amount")
        case let kind: throw RuleHost.unsuitable(kind)
        }
    }

    /// The argument at `index` as a plain number.
    private func factor(
        _ index: Int, _ call: borrowing LuaHostCall
    ) throws(MoneyError) -> Fraction {
        switch call.kind(index) {
        case .integer: return Fraction(Int128(call.integer(index) ?? 0))
        case .string: return try Fraction(decimal: call.string(index) ?? "")
        case .hostValue: throw MoneyError("money cannot be divided by money")
        case let kind: throw RuleHost.unsuitable(kind)
        }
    }

    private static func unsuitable(_ kind: LuaHostCall.Kind) -> MoneyError {
        if kind == .number {
            return MoneyError(
                "money and a float: use a string such as \"0.95\", or // for a whole number")
        }
        return MoneyError("money and a \(kind == .none ? "nil" : "\(kind)")")
    }

    /// Fraction digits of a currency; while the main part runs every currency has two.
    private func scale(of code: CurrencyCode) throws(MoneyError) -> Int {
        guard let world else { return 2 }
        do throws(RuleWorldError) {
            if let currency = try world.currency(code) { return currency.scale }
        } catch { throw MoneyError(error.message) }
        throw MoneyError("currency \(code) does not exist")
    }
}
