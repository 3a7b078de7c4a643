import Domain

/// Who may do what, written by hand from what the roles are for: nothing here is taken from the
/// command table.
///
/// `luna` sells and sends, `mars` buys and receives, `vega` has no part in it. All callers are the
/// user `u`.
struct PermissionRow {
    /// What a caller of one side, whose role is high enough, gets: `ok`, `null`, `items:n`, or the
    /// code of a refusal.
    struct Sides {
        let luna: String
        let mars: String
        let vega: String
        /// Somebody below an administrator who acts for all stations.
        let all: String
        let admin: String

        init(
            _ luna: String, _ mars: String, _ vega: String, all: String = "ok",
            admin: String = "ok"
        ) {
            self.luna = luna
            self.mars = mars
            self.vega = vega
            self.all = all
            self.admin = admin
        }

        static let everybody = Sides("ok", "ok", "ok")
        /// The seller, the buyer, and no stranger: for them it does not exist.
        static let parties = Sides("ok", "ok", "NOTFOUND")
        static let origin = Sides("ok", "NOPERM", "NOTFOUND")
        static let destination = Sides("NOPERM", "ok", "NOTFOUND")
        static let lunaOnly = Sides("ok", "NOPERM", "NOPERM")
    }

    let command: String
    /// The lowest role; whoever has less is refused with `NOPERM`.
    let least: Role
    /// What is sent; nil: an edge or a feature answers, only the role counts here.
    let line: String?
    let sides: Sides

    init(_ command: String, _ least: Role, _ line: String?, _ sides: Sides = .everybody) {
        self.command = command
        self.least = least
        self.line = line
        self.sides = sides
    }

    /// What is there before the table is tried.
    static let world = [
        "STATION ADD luna", "STATION ADD mars AT 1 1 1", "STATION ADD vega",
        "ITEM ADD water PRICE 2 CR",
        "SHIP ADD swift", "CURRENCY ADD EUR Euro 2", "RATE SET EUR CR 2",
        "INVENTORY ADD luna water 1000", "INVENTORY HOLD luna water 5 REASON x",
        "TRADE CREATE luna mars water:1 ID t", "TRADE RESERVE luna mars water:1 TTL 999 ID r",
        "CARGO CREATE luna mars water:1 ID p", "CARGO CREATE luna mars water:1 ID c",
        "CARGO DISPATCH c", "CARGO CREATE luna mars water:1 ID h", "CARGO DISPATCH h",
        "CARGO HOLD h", "STATION CLOSE vega", "CHANNEL ADD ops KIND log STATION luna",
        "CHANNEL ADD every KIND log",
        "CHANNEL ROUTE ops trade.paid STATION luna", "CHANNEL ROUTE every trade.paid",
        "USER ADD u ROLE viewer STATIONS luna PASSWORD long-enough",
        "USER ADD v ROLE viewer STATIONS mars PASSWORD long-enough",
        "USER ADD w ROLE viewer STATIONS mars PASSWORD long-enough", "USER DISABLE w",
        "TOKEN ISSUE v",
    ]

    static let all: [PermissionRow] =
        catalog + inventory + trades + cargo + rules + accounts + log + edge

    private static let catalog: [PermissionRow] = [
        .init("STATION ADD", .admin, "STATION ADD nova"),
        .init("STATION SET", .operator, "STATION SET luna NAME L", .lunaOnly),
        .init("STATION CLOSE", .operator, "STATION CLOSE luna", .lunaOnly),
        .init("STATION OPEN", .operator, "STATION OPEN vega", .init("NOPERM", "NOPERM", "ok")),
        .init("STATION GET", .viewer, "STATION GET mars"),
        .init("STATION LIST", .viewer, "STATION LIST"),
        .init("STATION NEAR", .viewer, "STATION NEAR mars"),
        .init("ITEM ADD", .admin, "ITEM ADD tin"),
        .init("ITEM SET", .admin, "ITEM SET water NAME Water"),
        .init("ITEM GET", .viewer, "ITEM GET water"),
        .init("ITEM LIST", .viewer, "ITEM LIST"),
        .init("ITEM SEARCH", .viewer, "ITEM SEARCH wat"),
        .init("SHIP ADD", .admin, "SHIP ADD slow"),
        .init("SHIP SET", .admin, "SHIP SET swift NAME Swift"),
        .init("SHIP TRACK", .admin, "SHIP TRACK swift 1 1 1"),
        .init("SHIP GET", .viewer, "SHIP GET swift"),
        .init("SHIP LIST", .viewer, "SHIP LIST"),
        .init("CURRENCY ADD", .admin, "CURRENCY ADD USD Dollar 2"),
        .init("CURRENCY LIST", .viewer, "CURRENCY LIST"),
        .init("RATE SET", .admin, "RATE SET EUR CR 3"),
        .init("RATE GET", .viewer, "RATE GET EUR CR"),
        .init("RATE LIST", .viewer, "RATE LIST"),
        .init("RATE CONVERT", .viewer, "RATE CONVERT 2 EUR CR"),
    ]

    private static let inventory: [PermissionRow] = [
        .init("INVENTORY ADD", .operator, "INVENTORY ADD luna water 1", .lunaOnly),
        .init("INVENTORY REMOVE", .operator, "INVENTORY REMOVE luna water 1", .lunaOnly),
        .init(
            "INVENTORY ADJUST", .operator, "INVENTORY ADJUST luna water 1 REASON x", .lunaOnly),
        .init("INVENTORY HOLD", .operator, "INVENTORY HOLD luna water 1 REASON x", .lunaOnly),
        .init(
            "INVENTORY RELEASE", .operator, "INVENTORY RELEASE luna water 1 REASON x", .lunaOnly),
        // The row has goods that are held: who may is told so.
        .init(
            "INVENTORY CLEAR", .operator, "INVENTORY CLEAR luna water",
            .init("BADSTATE", "NOPERM", "NOPERM", all: "BADSTATE", admin: "BADSTATE")),
        .init("INVENTORY LIMITS", .operator, "INVENTORY LIMITS luna water LOW 1", .lunaOnly),
        // What is there is everybody's to see, how it came about is the station's.
        .init("INVENTORY GET", .viewer, "INVENTORY GET luna"),
        .init("INVENTORY GET", .viewer, "INVENTORY GET luna water"),
        .init("INVENTORY LEVEL", .viewer, "INVENTORY LEVEL luna water"),
        .init("INVENTORY FIND", .viewer, "INVENTORY FIND water", .everybody),
        .init(
            "INVENTORY HISTORY", .viewer, "INVENTORY HISTORY luna water",
            .init("ok", "NOTFOUND", "NOTFOUND")),
        .init(
            "EXPLAIN STOCK", .viewer, "EXPLAIN STOCK luna water",
            .init("ok", "NOTFOUND", "NOTFOUND")),
    ]

    private static let trades: [PermissionRow] = [
        .init("TRADE QUOTE", .viewer, "TRADE QUOTE luna mars water:1"),
        .init("TRADE QUOTE", .viewer, "TRADE QUOTE luna mars water:1@9", .lunaOnly),
        .init(
            "TRADE CREATE", .trader, "TRADE CREATE luna mars water:1", .init("ok", "ok", "NOPERM")),
        .init("TRADE CREATE", .trader, "TRADE CREATE luna mars water:1@9", .lunaOnly),
        .init(
            "TRADE RESERVE", .trader, "TRADE RESERVE luna mars water:1 TTL 9",
            .init("ok", "ok", "NOPERM")),
        .init("TRADE RESERVE", .trader, "TRADE RESERVE luna mars water:1@9 TTL 9", .lunaOnly),
        .init("TRADE COMMIT", .trader, "TRADE COMMIT r", .parties),
        .init("TRADE CANCEL", .trader, "TRADE CANCEL r", .parties),
        .init("TRADE PAY", .trader, "TRADE PAY t", .origin),
        .init("TRADE GET", .viewer, "TRADE GET t", .init("ok", "ok", "null")),
        .init("TRADE LIST", .viewer, "TRADE LIST", .init("items:2", "items:2", "items:0")),
        .init(
            "TRADE LIST", .viewer, "TRADE LIST STATION mars",
            .init("items:2", "items:2", "items:0")),
        .init("TRADE HISTORY", .viewer, "TRADE HISTORY t", .parties),
        .init("TRADE SUMMARY", .viewer, "TRADE SUMMARY"),
        .init(
            "TRADE SUMMARY", .viewer, "TRADE SUMMARY STATION luna",
            .init("ok", "NOTFOUND", "NOTFOUND")),
        .init("TRADE SERIES", .viewer, "TRADE SERIES"),
        .init(
            "TRADE SERIES", .viewer, "TRADE SERIES STATION luna",
            .init("ok", "NOTFOUND", "NOTFOUND")),
        .init(
            "ITEM PRICES", .viewer, "ITEM PRICES water", .init("items:1", "items:1", "items:0")),
        .init("EXPLAIN TRADE", .viewer, "EXPLAIN TRADE t", .parties),
    ]

    private static let cargo: [PermissionRow] = [
        .init("CARGO CREATE", .trader, "CARGO CREATE luna mars water:1", .lunaOnly),
        .init("CARGO DISPATCH", .trader, "CARGO DISPATCH p", .origin),
        .init("CARGO CANCEL", .trader, "CARGO CANCEL p", .origin),
        .init("CARGO DELIVER", .trader, "CARGO DELIVER c", .destination),
        .init("CARGO RETURN", .trader, "CARGO RETURN c", .destination),
        .init("CARGO TRACK", .trader, "CARGO TRACK c 1 1 1", .parties),
        .init("CARGO HOLD", .trader, "CARGO HOLD c", .parties),
        .init("CARGO RESUME", .trader, "CARGO RESUME h", .parties),
        .init("CARGO ETA", .trader, "CARGO ETA c +1d", .parties),
        .init("CARGO LOSE", .trader, "CARGO LOSE c", .parties),
        .init("CARGO GET", .viewer, "CARGO GET c", .init("ok", "ok", "null")),
        // The shipment of the trade, and those without one.
        .init("CARGO LIST", .viewer, "CARGO LIST", .init("items:4", "items:4", "items:0")),
        .init("CARGO UPDATE", .trader, "CARGO UPDATE c STATUS held", .parties),
        .init("CARGO UPDATE", .trader, "CARGO UPDATE p STATUS in_transit", .origin),
        .init("CARGO UPDATE", .trader, "CARGO UPDATE c STATUS delivered", .destination),
        .init("CARGO MAP", .viewer, "CARGO MAP"),
        .init("CARGO HISTORY", .viewer, "CARGO HISTORY c", .parties),
    ]

    private static let rules: [PermissionRow] = [
        .init("PLUGIN LOAD", .operator, "PLUGIN LOAD own src-own", .lunaOnly),
        .init(
            "PLUGIN LOAD", .operator, "PLUGIN LOAD wide src-wide",
            .init("NOPERM", "NOPERM", "NOPERM", all: "NOPERM")),
        .init("PLUGIN MODE", .operator, "PLUGIN MODE own shadow", .lunaOnly),
        .init(
            "PLUGIN MODE", .operator, "PLUGIN MODE wide shadow",
            .init("NOPERM", "NOPERM", "NOPERM", all: "NOPERM")),
        .init("PLUGIN ROLLBACK", .operator, "PLUGIN ROLLBACK old", .lunaOnly),
        .init("PLUGIN REMOVE", .operator, "PLUGIN REMOVE own", .lunaOnly),
        .init(
            "PLUGIN LIST", .operator, "PLUGIN LIST",
            .init("items:3", "items:1", "items:1", all: "items:3", admin: "items:3")),
        .init("PLUGIN INFO", .operator, "PLUGIN INFO own", .init("ok", "null", "null")),
        .init(
            "PLUGIN VERSIONS", .operator, "PLUGIN VERSIONS own",
            .init("ok", "NOTFOUND", "NOTFOUND")),
        .init(
            "PLUGIN SOURCE", .operator, "PLUGIN SOURCE own", .init("ok", "NOTFOUND", "NOTFOUND")),
        .init(
            "PLUGIN SOURCE", .operator, "PLUGIN SOURCE wide",
            .init("NOPERM", "NOPERM", "NOPERM", all: "NOPERM")),
        .init("CHANNEL ADD", .admin, "CHANNEL ADD new KIND log"),
        .init("CHANNEL SET", .admin, "CHANNEL SET ops TEXT x"),
        .init("CHANNEL REMOVE", .admin, "CHANNEL REMOVE ops"),
        .init(
            "CHANNEL ROUTE", .operator, "CHANNEL ROUTE ops trade.* STATION luna", .lunaOnly),
        .init("CHANNEL ROUTE", .operator, "CHANNEL ROUTE every trade.* STATION luna", .lunaOnly),
        .init(
            "CHANNEL ROUTE", .operator, "CHANNEL ROUTE every trade.*",
            .init("NOPERM", "NOPERM", "NOPERM")),
        .init(
            "CHANNEL UNROUTE", .operator, "CHANNEL UNROUTE ops trade.paid STATION luna", .lunaOnly),
        .init(
            "CHANNEL REDELIVER", .operator, "CHANNEL REDELIVER ops 1",
            .init("BADSTATE", "NOPERM", "NOPERM", all: "BADSTATE", admin: "BADSTATE")),
        .init("CHANNEL DROP", .operator, "CHANNEL DROP ops 1", .lunaOnly),
        .init("CHANNEL GET", .operator, "CHANNEL GET ops", .init("ok", "null", "null")),
        .init(
            "CHANNEL LIST", .operator, "CHANNEL LIST",
            .init("items:2", "items:1", "items:1", all: "items:2", admin: "items:2")),
        .init(
            "CHANNEL DELIVERIES", .operator, "CHANNEL DELIVERIES ops",
            .init("ok", "NOTFOUND", "NOTFOUND")),
        .init(
            "CHANNEL DELIVERIES", .operator, "CHANNEL DELIVERIES every",
            .init("NOPERM", "NOPERM", "NOPERM")),
    ]

    private static let own = Sides.everybody
    private static let anothers = Sides("NOPERM", "NOPERM", "NOPERM", all: "NOPERM")

    private static let accounts: [PermissionRow] = [
        .init(
            "USER ADD", .admin, "USER ADD x ROLE viewer STATIONS luna PASSWORD long-enough"),
        .init("USER SET", .admin, "USER SET u DESIGNATION x"),
        .init("USER SET", .admin, "USER SET u ROLE admin STATIONS *"),
        .init("USER GET", .admin, "USER GET u"),
        .init("USER LIST", .admin, "USER LIST"),
        .init("USER DISABLE", .admin, "USER DISABLE v"),
        .init("USER ENABLE", .admin, "USER ENABLE w"),
        .init("USER PASSWD", .viewer, "USER PASSWD u long-enough", own),
        .init("USER PASSWD", .viewer, "USER PASSWD v long-enough", anothers),
        .init("USER WHOAMI", .viewer, "USER WHOAMI"),
        .init("TOKEN ISSUE", .viewer, "TOKEN ISSUE u", own),
        .init("TOKEN ISSUE", .viewer, "TOKEN ISSUE v", anothers),
        .init(
            "TOKEN REVOKE", .viewer, "TOKEN REVOKE {v}",
            .init("NOTFOUND", "NOTFOUND", "NOTFOUND", all: "NOTFOUND")),
        .init(
            "TOKEN LIST", .viewer, "TOKEN LIST",
            .init("items:0", "items:0", "items:0", all: "items:0", admin: "items:1")),
        .init("TOKEN LIST", .viewer, "TOKEN LIST USER u", own),
        .init("TOKEN LIST", .viewer, "TOKEN LIST USER v", anothers),
    ]

    private static let log: [PermissionRow] = [
        .init(
            "EVENT LIST", .viewer, "EVENT LIST TYPES trade.initiated",
            .init("items:1", "items:1", "items:0", all: "items:1", admin: "items:1"))
    ]

    /// What an edge or a feature answers.
    private static let edge: [PermissionRow] =
        rows(
            .viewer,
            "PING", "ECHO", "HELLO", "AUTH", "SELECT", "OUTPUT", "QUIT", "RESET", "CLIENT ID",
            "CLIENT INFO", "CLIENT GETNAME", "CLIENT SETNAME", "CLIENT SETINFO", "CLIENT NO-TOUCH",
            "CLIENT NO-EVICT", "CLIENT REPLY", "COMMAND", "COMMAND COUNT", "COMMAND LIST",
            "COMMAND INFO", "COMMAND DOCS", "COMMAND GETKEYS", "HELP", "TIME", "INFO", "DBSIZE",
            "ROLE", "MEMORY USAGE", "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "KEY", "AFTER",
            "DRYRUN", "SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "XLEN", "XRANGE",
            "XREVRANGE", "XREAD", "XINFO STREAM", "XINFO GROUPS", "XINFO CONSUMERS", "XADD",
            "XDEL", "XTRIM")
        + rows(
            .trader,
            "XGROUP CREATE", "XGROUP SETID", "XGROUP DESTROY", "XGROUP CREATECONSUMER",
            "XGROUP DELCONSUMER", "XREADGROUP", "XACK", "XPENDING", "XCLAIM", "XAUTOCLAIM")
        + rows(
            .operator,
            "PLUGIN TEST", "PLUGIN LOG", "PLUGIN STATS", "PLUGIN BACKTEST", "CHANNEL TEST")
        + rows(
            .admin,
            "CLIENT LIST", "CLIENT KILL", "CONFIG GET", "CONFIG SET", "CONFIG REWRITE",
            "CONFIG RESETSTAT", "SLOWLOG GET", "SLOWLOG LEN", "SLOWLOG RESET",
            "LATENCY HISTOGRAM", "LATENCY LATEST", "LATENCY RESET", "MONITOR", "AUDIT",
            "SHUTDOWN", "TIME ACCEPT")

    private static func rows(_ least: Role, _ commands: String...) -> [PermissionRow] {
        commands.map { PermissionRow($0, least, nil) }
    }
}
