import Basics
import Domain
package import JSON
import Ledger

extension BacktestReport {
    /// The report as JSON, its fields in their documented order.
    package var json: JSONValue {
        .object([
            ("plugin", .string(plugin.text)), ("version", .string(version)),
            ("from", Self.place(period.from)), ("to", Self.place(period.to)),
            (
                "trades",
                .object([
                    ("examined", Self.number(trades.examined)),
                    ("concerned", Self.number(trades.concerned)),
                    ("changed", Self.number(trades.changed)),
                    ("refused", Self.number(trades.refused)),
                    ("errors", Self.number(trades.errors)),
                    ("killed", Self.number(trades.killed)),
                ])
            ),
            (
                "lines",
                .object([
                    ("examined", Self.number(lines.examined)),
                    ("changed", Self.number(lines.changed)),
                    ("named", Self.number(lines.named)),
                ])
            ),
            ("money", .array(money.map { .object(Self.fields($0)) })),
            ("items", .array(items.map(Self.json))),
            ("items_left_out", .number("\(itemsLeftOut)")),
            (
                "etas",
                .object([
                    ("examined", Self.number(etas.examined)),
                    ("changed", Self.number(etas.changed)),
                    ("earlier", Self.number(etas.earlier)), ("later", Self.number(etas.later)),
                ])
            ),
            ("slowest", slowest.map(Self.json) ?? .null),
            ("examples", .array(examples.map(Self.json))),
            ("started", .string(started.text)), ("finished", .string(finished.text)),
            ("events", Self.number(events)),
            ("events_per_second", Self.number(eventsPerSecond)),
        ])
    }

    private static func number(_ value: UInt64) -> JSONValue { .number("\(value)") }

    /// A seq as a number, a time as text.
    static func place(_ place: LogPlace?) -> JSONValue {
        switch place {
        case nil: .null
        case .seq(let seq): number(seq)
        case .time(let time): .string(time.text)
        }
    }

    private static func fields(_ money: Money) -> [(key: String, value: JSONValue)] {
        [
            ("currency", .string(money.currency.text)), ("before", .string(money.before)),
            ("after", .string(money.after)), ("difference", .string(money.difference)),
        ]
    }

    private static func json(_ item: ItemMoney) -> JSONValue {
        .object([
            ("item", .string(item.item.text)), ("currency", .string(item.money.currency.text)),
            ("quantity", .number(item.quantity)), ("before", .string(item.money.before)),
            ("after", .string(item.money.after)), ("difference", .string(item.money.difference)),
        ])
    }

    private static func json(_ slowest: Slowest) -> JSONValue {
        .object([
            ("trade", .string(slowest.trade.text)), ("microseconds", number(slowest.microseconds)),
            ("hook", .string(slowest.hook)),
        ])
    }

    private static func json(_ example: Example) -> JSONValue {
        let verdict: (key: String, value: JSONValue) =
            switch example.verdict {
            case .changed(let reason): ("reason", reason.map { .string($0) } ?? .null)
            case .refused(let reason): ("refused", .string(reason))
            case .failed(let error): ("error", .string(error))
            }
        return .object([
            ("trade", .string(example.trade.text)), ("seq", number(example.seq)),
            ("line", example.line.map { .number("\($0)") } ?? .null),
            ("item", example.item.map { .string($0.text) } ?? .null),
            ("before", .string(example.before)),
            ("after", example.after.map { .string($0) } ?? .null),
            ("currency", .string(example.currency.text)), verdict,
        ])
    }

    /// The report's JSON on one line.
    package var jsonText: String {
        var buffer = ByteBuffer(capacity: 4_096)
        json.append(to: &buffer)
        return buffer.bytes.validatedText ?? "{}"
    }
}
