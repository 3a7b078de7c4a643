import Basics
import JSON

/// An example of every reply, made from its schema: the same names and figures everywhere, so that
/// the documentation tells one story.
enum RecordExample {
    /// The example of a schema of `RecordSchemas`; null for an unknown name.
    static func of(_ name: String) -> JSONValue { examples[name] ?? .null }

    private static let examples: [String: JSONValue] = {
        var all: [String: JSONValue] = [:]
        for record in RecordSchemas.all { all[record.name] = make(record) }
        return all
    }()

    /// What a dry run says that would give `result`.
    static func dryRun(of result: JSONValue) -> JSONValue {
        .object(
            of: ("dry_run", .bool(true)), ("result", result),
            ("events", .array([of("Event")])), ("error", .null))
    }

    private static func make(_ record: RecordSchema) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        for field in record.fields where field.name != "replayed" {
            members.append((field.name, value(field, record.name)))
        }
        return .object(members)
    }

    private static func value(_ field: RecordField, _ record: String) -> JSONValue {
        if let own = texts[record + "." + field.name] ?? texts[field.name] {
            if let value = fitting(own, field.kind) { return value }
        }
        if let number = numbers[record + "." + field.name] ?? numbers[field.name] {
            if case .integer = field.kind { return .number(number) }
            if case .number = field.kind { return .number(number) }
        }
        if field.isNullable && !kept.contains(record + "." + field.name) { return .null }
        return value(field.kind)
    }

    private static func value(_ kind: ValueKind) -> JSONValue {
        switch kind {
        case .id: .string("luna-1")
        case .text: .string("text")
        case .integer: .number(0)
        case .number: .number("1.5")
        case .boolean: .bool(true)
        case .money: .string("12.50")
        case .rate: .string("1.25")
        case .currency: .string("CR")
        case .time: .string("2026-11-20T12:00:00.000Z")
        case .day: .string("2026-11-20")
        case .choice(let words): .string(words.first ?? "")
        case .record(let name):
            RecordSchemas.all.first { $0.name == name }.map(make) ?? .null
        case .list(let kind): .array([value(kind)])
        case .object: .object([])
        case .any: .null
        case .constant(let text): .string(text)
        case .either(let kind, _): value(kind)
        }
    }

    /// A text where the kind takes it.
    private static func fitting(_ text: String, _ kind: ValueKind) -> JSONValue? {
        switch kind {
        case .id, .text, .money, .currency, .time, .choice: .string(text)
        case .list(.id), .list(.text): .array([.string(text)])
        default: nil
        }
    }

    // MARK: The story

    private static let texts: [String: String] = [
        "seller": "luna-1", "buyer": "mars-2", "origin": "luna-1", "destination": "mars-2",
        "item": "water", "trade": "t-1", "shipment": "c-1", "shipments": "c-1", "actor": "ada",
        "user": "ada", "unit_price": "12.50", "line_total": "62.50", "total": "62.50",
        "promised": "2026-11-27T12:00:00.000Z", "eta": "2026-11-27T12:00:00.000Z",
        "status": "initiated", "type": "trade.initiated", "subject": "trade/t-1",
        "counterpart": "TRANSIT", "cursor": "c8634e486937b288:1042", "plugin": "half",
        "channel": "ops", "rule": "half", "version": "1@32ac6ee6", "hook": "pricing",
        "digest": "32ac6ee6bfa3593c16ddf99400b226c5", "author": "ada", "declared": "1",
        "job": "bt-1", "peer": "127.0.0.1:56020", "local": "127.0.0.1:7480", "outcome": "changed",
        "Trade.id": "t-1", "Trade.reference": "PO-7", "Trade.status": "initiated",
        "Shipment.id": "c-1", "Shipment.trade": "t-1", "Shipment.status": "pending",
        "Quote.id": "t-1", "PriceStep.source": "ask", "PriceStep.version": "1@32ac6ee6",
        "TrackingPoint.type": "shipment.tracked", "TrackingPoint.status": "in_transit",
        "Movement.station": "luna-1", "Station.id": "luna-1", "Station.name": "Luna One",
        "Station.status": "open", "NearStation.id": "mars-2", "NearStation.name": "Mars Two",
        "NearStation.status": "open", "Item.id": "water", "Item.name": "Water",
        "Item.unit": "t", "Item.price": "12.50", "Item.status": "active", "Ship.id": "hermes",
        "Ship.name": "Hermes", "Ship.station": "luna-1", "Ship.status": "docked",
        "Currency.name": "Credits", "Currency.code": "CR", "Rate.base": "EUR",
        "Rate.quote": "CR", "Conversion.from": "EUR", "Conversion.to": "CR",
        "Conversion.amount": "10.00", "Conversion.result": "12.50",
        "Event.id": "c8634e486937b288:1042", "Cause.command": "TRADE CREATE",
        "Tokens.access": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "Tokens.refresh": "ent_refresh",
        "PageSession.csrf": "bm9uY2U", "User.name": "ada", "User.role": "trader",
        "User.email": "ada@example.org", "Plugin.name": "half", "Plugin.mode": "live",
        "Plugin.live": "1@32ac6ee6", "Plugin.hooks": "pricing", "PluginStats.name": "half",
        "PluginStats.mode": "live", "PluginVersion.use": "live",
        "PluginVersion.hooks": "pricing", "PluginCheck.file": "half.lua",
        "PluginCheck.name": "half", "TestOutcome.title": "test 1 (halves)",
        "LogLine.level": "info", "LogLine.text": "halved", "RefusedFile.file": "half.lua",
        "RefusedFile.reason": "half.lua:1: unexpected symbol near <eof>",
        "BacktestJob.state": "running", "BacktestExample.reason": "half price",
        "Channel.id": "ops", "Channel.status": "enabled", "Channel.kind": "webhook",
        "Channel.url": "https://example.org/hook", "ChannelRoute.pattern": "shipment.delayed",
        "Delivery.id": "c8634e486937b288:1042/ops/route/0", "Delivery.status": "delivered",
        "Delivery.type": "shipment.delayed", "Delivery.about": "shipment/c-1",
        "Delivery.rule": "half", "Token.id": "01M7YD1VKP0000000000000019", "Token.kind": "api",
        "Token.name": "cron", "IssuedToken.id": "01M7YD1VKP0000000000000019",
        "IssuedToken.kind": "api", "IssuedToken.name": "cron",
        "IssuedToken.token": "ent_01M7YD1VKP0000000000000019_secret",
        "LogLevelState.level": "info", "Client.kind": "http", "SlowCommand.words": "PING",
        "SlowCommand.name": "cli", "Audit.status": "done", "Replication.role": "leader",
        "Readiness.status": "ready", "FeedFrame.event": "ready",
        "FeedFrame.data":
            "{\"cursor\":\"c8634e486937b288:1041\"}", "FeedFrame.id": "c8634e486937b288:1041",
        "Refusal.code": "OUTOFSTOCK",
        "Refusal.message": "luna-1 has 3 of water available, 5 asked",
    ]

    private static let numbers: [String: Int64] = [
        "quantity": 5, "seq": 1_042, "first": 1_042, "count": 2, "on_hand": 95, "available": 95,
        "delta": -5, "balance": 95, "mass": 5_000, "volume": 5, "expires_in": 900, "asked": 5,
        "FeedFrame.retry": 3_000, "sequence": 1, "attempts": 1, "priority": 50, "percent": 10,
        "scale": 2, "Item.mass": 1_000, "Item.volume": 1, "Ship.mass": 50_000,
        "Ship.volume": 400, "Refusal.available": 3, "distance": 5, "delivered_share": 1,
        "on_time_share": 1, "progress": 1, "Delivery.event": 1_042, "last_status": 204,
        "microseconds": 23, "calls": 1, "passed": 1, "id": 7, "trades": 3, "created": 3,
    ]

    /// Members that may be null and are shown nevertheless.
    private static let kept: Set<String> = [
        "Shipment.position", "Station.position", "NearStation.position", "Ship.position",
        "TrackingPoint.position", "Audit.report", "BacktestJob.report", "Audit.started",
        "Audit.finished",
    ]
}
