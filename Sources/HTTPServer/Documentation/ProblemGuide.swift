import Basics
import Domain
import HTTPCore
import JSON
import Ledger

/// The refusals as `/openapi.json` describes them, one for each status.
enum ProblemGuide {
    private struct Entry {
        let status: Int
        /// Among the responses of `/openapi.json`.
        let name: String
        let summary: String
        let headers: [String]
        let example: Problem
    }

    /// The name of a status's response; `Problem` for those that need no entry of their own.
    static func name(_ status: Int) -> String {
        entries.first { $0.status == status }?.name ?? "Problem"
    }

    static let responses: [(key: String, value: JSONValue)] =
        entries.map { entry in
            (
                key: entry.name,
                value: response(entry.summary, entry.headers, entry.example)
            )
        } + [
            (
                key: "Problem",
                value: response(
                    "Refused; `code` says why.", [],
                    Problem(.ruleError, "rule half failed: attempt to index a nil value"))
            )
        ]

    private static func response(
        _ summary: String, _ headers: [String], _ example: Problem
    ) -> JSONValue {
        var buffer = ByteBuffer(capacity: 384)
        example.append(instance: "/api/trades", to: &buffer)
        let value = (try? JSONReader.parse(buffer.array.span)) ?? .null
        return .object(
            of: ("description", .string(summary)),
            (
                "headers",
                .object(
                    (headers + ["RateLimit", "RateLimit-Policy"]).map {
                        (key: $0, value: .reference("headers", $0))
                    })
            ),
            (
                "content",
                .object(
                    of: (
                        "application/problem+json",
                        .object(
                            of: ("schema", .reference("schemas", "Problem")), ("example", value))
                    ))
            ))
    }

    private static let entries: [Entry] = requests + states + server

    private static let requests: [Entry] = [
        Entry(
            status: 400, name: "Malformed", summary: "`SYNTAX`: it cannot be read as it stands.",
            headers: [], example: malformed),
        Entry(
            status: 401, name: "Unauthorized", summary: "`NOAUTH`, `WRONGPASS`: log in first.",
            headers: ["WWW-Authenticate"], example: .noAuthentication),
        Entry(
            status: 403, name: "Forbidden", summary: "`NOPERM`: role or stations do not allow it.",
            headers: [],
            example: Problem(.noPerm, "this needs the role operator, ada has trader")),
        Entry(
            status: 404, name: "NotFound",
            summary: "`NOTFOUND`: there is none, or the user may not see it.", headers: [],
            example: Problem(.notFound, "trade t-9 does not exist")),
        Entry(
            status: 412, name: "PreconditionFailed",
            summary: "`CONFLICT`: `If-Match` or `If-None-Match` does not fit.", headers: [],
            example: changed),
        Entry(
            status: 413, name: "TooLarge", summary: "`LIMIT`: longer than the server takes.",
            headers: [],
            example: Problem(.limit, "the body has 1100000 bytes, at most 1048576 do")),
        Entry(
            status: 415, name: "UnsupportedMediaType",
            summary: "`SYNTAX`: a body of another type.", headers: [],
            example: Problem(
                .syntax, "the body is text/csv, application/json is taken", status: 415)),
        Entry(
            status: 422, name: "Unprocessable",
            summary: "`RANGE`, `NOPRICE`, `REJECTED`, `ERR`, and `CONFLICT` of a key: well formed, "
                + "but not allowed; `errors` names fields.", headers: [],
            example: Problem([
                .init(pointer: "/lines/0/price", "is money: use a string such as \"12.50\"")
            ])),
        Entry(
            status: 426, name: "UpgradeRequired", summary: "`SYNTAX`: it is no handshake.",
            headers: ["Upgrade"],
            example: Problem(.syntax, "this address speaks WebSocket only", status: 426)),
    ]

    private static let states: [Entry] = [
        Entry(
            status: 409, name: "Conflict",
            summary: "`EXISTS`, `CONFLICT`, `OUTOFSTOCK`, `NOCAPACITY`, `BADSTATE`, `CLOSED`: the "
                + "state of the store does not let it.", headers: [], example: short)
    ]

    private static let server: [Entry] = [
        Entry(
            status: 429, name: "TooManyRequests", summary: "`LIMIT`: come again later.",
            headers: ["Retry-After"],
            example: Problem(.limit, "at most 600 requests of one user in 60 s", status: 429)),
        Entry(
            status: 503, name: "Unavailable",
            summary: "`BUSY`, `LOADING`, `STALE`, `READONLY`: not now, or not here.",
            headers: ["Retry-After"],
            example: Problem(.stale, "this server is at 1041, not yet at 1042")),
        Entry(
            status: 507, name: "NoSpace", summary: "`NOSPACE`: the disk is nearly full.",
            headers: [], example: Problem(.noSpace, "200 MiB are free where the data lies")),
    ]

    private static var malformed: Problem {
        var problem = Problem(.syntax, "parameter \"limit\" must be a whole number")
        problem.faults = [.init(parameter: "limit", "must be a whole number")]
        return problem
    }

    private static var changed: Problem {
        var problem = Problem(
            .conflict, "the record has changed: its ETag is \"1042\"", status: 412)
        problem.faults = [.init(parameter: "If-Match", "does not match")]
        return problem
    }

    private static var short: Problem {
        var problem = Problem(.outOfStock, "luna-1 has 3 of water available, 5 asked")
        problem.faults = [.init(pointer: "/lines/0/quantity", problem.detail)]
        problem.station = Identifier("luna-1")
        problem.item = Identifier("water")
        problem.asked = 5
        problem.available = 3
        return problem
    }
}
