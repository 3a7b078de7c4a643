import Basics
import Domain

/// One step of a price inside an event; a closed message.
///
///     step          1 line (absent: 0)  2 source  3 outcome (absent: changed)
///                   4 before, zigzag (absent: none)  5 after, zigzag
///                   6 conversion  7 rule
///     conversion    1 amount, zigzag  2 currency  3 rate in billionths
///     rule          1 name  2 version  3 reason  4 inputs  5 microseconds, zigzag (absent: 0)
///                   6 error
enum PriceStepCodec {
    static func encode(_ step: PriceStep, field: UInt64, into buffer: inout ByteBuffer) {
        let start = buffer.beginMessage(field)
        buffer.field(1, unlessZero: UInt64(clamping: step.line))
        buffer.field(2, UInt64(step.source.rawValue))
        if step.outcome != .changed { buffer.field(3, UInt64(step.outcome.rawValue)) }
        if let before = step.before { buffer.field(4, signed: before) }
        buffer.field(5, signed: step.after)
        if let conversion = step.conversion {
            let nested = buffer.beginMessage(6)
            buffer.field(1, signed: conversion.amount)
            buffer.field(2, conversion.currency)
            buffer.field(3, conversion.rate.billionths)
            buffer.endMessage(nested)
        }
        if let rule = step.rule {
            let nested = buffer.beginMessage(7)
            buffer.field(1, rule.name)
            buffer.field(2, rule.version)
            buffer.field(3, rule.reason)
            buffer.field(4, rule.inputs)
            if rule.microseconds != 0 { buffer.field(5, signed: rule.microseconds) }
            buffer.field(6, rule.error)
            buffer.endMessage(nested)
        }
        buffer.endMessage(start)
    }

    static func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> PriceStep {
        var fields = FieldReader(nested: bytes)
        var line: UInt32 = 0
        var source: PriceStep.Source?
        var outcome = PriceStep.Outcome.changed
        var before: Int64?
        var after: Int64?
        var conversion: PriceStep.Conversion?
        var rule: PriceStep.RuleStep?
        while try fields.next() {
            switch fields.number {
            case 1: line = try fields.number()
            case 2: source = try fields.choice()
            case 3: outcome = try fields.choice()
            case 4: before = try fields.signed()
            case 5: after = try fields.signed()
            case 6: conversion = try self.conversion(try fields.bytes())
            case 7: rule = try self.rule(try fields.bytes())
            default: throw fields.unexpected()
            }
        }
        return PriceStep(
            line: Int(line), source: try required(source, "source"), outcome: outcome,
            before: before, after: try required(after, "after"), conversion: conversion, rule: rule)
    }

    private static func conversion(
        _ bytes: Span<UInt8>
    ) throws(DecodingError) -> PriceStep.Conversion {
        var fields = FieldReader(nested: bytes)
        var amount: Int64?
        var currency: CurrencyCode?
        var rate: Rate?
        while try fields.next() {
            switch fields.number {
            case 1: amount = try fields.signed()
            case 2: currency = try fields.currency()
            case 3: rate = try fields.rate()
            default: throw fields.unexpected()
            }
        }
        return PriceStep.Conversion(
            amount: try required(amount, "amount"), currency: try required(currency, "currency"),
            rate: try required(rate, "rate"))
    }

    private static func rule(_ bytes: Span<UInt8>) throws(DecodingError) -> PriceStep.RuleStep {
        var fields = FieldReader(nested: bytes)
        var name: Identifier?
        var version: String?
        var reason: String?
        var inputs: String?
        var microseconds: Int64 = 0
        var error: String?
        while try fields.next() {
            switch fields.number {
            case 1: name = try fields.identifier()
            case 2: version = try fields.text()
            case 3: reason = try fields.text()
            case 4: inputs = try fields.text()
            case 5: microseconds = try fields.signed()
            case 6: error = try fields.text()
            default: throw fields.unexpected()
            }
        }
        return PriceStep.RuleStep(
            name: try required(name, "name"), version: try required(version, "version"),
            reason: reason, inputs: inputs, microseconds: microseconds, error: error)
    }
}
