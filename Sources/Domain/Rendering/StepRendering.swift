package import Basics
import JSON

extension ByteBuffer {
    /// Appends one step of a price as JSON, every field in its fixed place.
    ///
    /// A conversion is shown as the inputs: `{"amount","currency","rate"}`, in front of a rule's
    /// own inputs if both are there.
    ///
    /// - Parameter currency: the trade's, in which `before` and `after` are.
    package mutating func appendJSON(step: PriceStep, currency: CurrencyCode, names: Names) {
        let scale = names.scale(of: currency)
        let rule = step.rule
        appendField("{\"line\":", Int64(step.line))
        appendField(",\"source\":", name: step.source.name)
        appendField(",\"rule\":", optional: rule?.name)
        appendField(",\"version\":", optional: rule?.version)
        appendField(",\"outcome\":", name: step.outcome.name)
        if let before = step.before {
            appendField(",\"before\":", money: before, scale: scale)
        } else {
            append(",\"before\":null" as StaticString)
        }
        appendField(",\"after\":", money: step.after, scale: scale)
        appendField(",\"reason\":", optional: rule?.reason)
        append(",\"inputs\":" as StaticString)
        appendInputs(step.conversion, rule?.inputs, names: names)
        appendField(",\"microseconds\":", optional: rule?.microseconds)
        appendField(",\"error\":", optional: rule?.error)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendInputs(
        _ conversion: PriceStep.Conversion?, _ inputs: String?, names: Names
    ) {
        guard let conversion else {
            if let inputs { append(inputs) } else { appendJSONNull() }
            return
        }
        appendField("{\"amount\":", money: conversion.amount, conversion.currency, names: names)
        appendField(",\"currency\":", optional: conversion.currency)
        append(",\"rate\":" as StaticString)
        appendJSON(conversion.rate)
        if let inputs, inputs.utf8.first == UInt8(ascii: "{"), inputs != "{}" {
            append(UInt8(ascii: ","))
            append(String(inputs.dropFirst()))
        } else {
            append(UInt8(ascii: "}"))
        }
    }
}
