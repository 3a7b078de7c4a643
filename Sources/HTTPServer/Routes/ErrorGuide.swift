package import Ledger

/// What HTTP makes of the codes of refusals: a status, a title, and what to do about it.
///
/// `/docs/errors`, `/openapi.json` and every problem document take it from here.
package struct ErrorGuide: Sendable {
    package let code: ErrorCode
    /// The status unless the place says another.
    package let status: Int
    /// The same words for every occurrence.
    package let title: String
    /// What it means and what helps, in one or two sentences.
    package let meaning: String

    private init(_ code: ErrorCode, _ status: Int, _ title: String, _ meaning: String) {
        self.code = code
        self.status = status
        self.title = title
        self.meaning = meaning
    }

    /// Those that HTTP can give, in the order of the documentation.
    package static let all: [ErrorGuide] = requests + stock + server

    private static let requests: [ErrorGuide] = [
        ErrorGuide(
            .syntax, 400, "Malformed request",
            "The request cannot be read as it stands: JSON that is none, an unknown query "
                + "parameter, an id or time in another form. Sending it again does not help."),
        ErrorGuide(
            .range, 422, "Value not allowed",
            "The request is well formed, but a field is unknown or its value is not one of those "
                + "allowed. `errors` names each field by its JSON pointer."),
        ErrorGuide(
            .noAuth, 401, "Log-in required",
            "Credentials are missing, or the token has expired. Get one from POST /api/token."),
        ErrorGuide(
            .wrongPass, 401, "Wrong credentials",
            "Name and password do not belong together, or the token is not one of this server."),
        ErrorGuide(
            .noPerm, 403, "Not permitted",
            "The user's role or stations do not allow this."),
        ErrorGuide(
            .notFound, 404, "Not found",
            "There is no such route or record, or the user may not see it."),
        ErrorGuide(
            .limit, 413, "Limit exceeded",
            "Something is longer or more than the server takes (413), or requests come faster than "
                + "they are allowed to (429; wait as Retry-After says)."),
    ]

    private static let stock: [ErrorGuide] = [
        ErrorGuide(.exists, 409, "Exists already", "A record with this id was made before."),
        ErrorGuide(
            .conflict, 409, "Conflict",
            "The same id was used by another request, or the record has changed since (412 for "
                + "If-Match, 422 for an Idempotency-Key with another body)."),
        ErrorGuide(
            .outOfStock, 409, "Not enough stock",
            "The station has less available than was asked; `available` tells how much."),
        ErrorGuide(
            .noCapacity, 409, "Not enough room",
            "The goods would exceed the station's capacity for the item."),
        ErrorGuide(
            .noPrice, 422, "No price",
            "Neither the request, the station nor the item has a price for a line."),
        ErrorGuide(
            .badState, 409, "Wrong state",
            "The record is not in a state in which this can be done."),
        ErrorGuide(.closed, 409, "Station closed", "A closed station neither buys nor sells."),
        ErrorGuide(
            .rejected, 422, "Rejected",
            "A rule, or the request's own max_total, does not let the trade through."),
    ]

    private static let server: [ErrorGuide] = [
        ErrorGuide(
            .ruleError, 500, "A rule failed",
            "A rule ended with an error and its policy is to refuse. Operators see it in the "
                + "rule's log."),
        ErrorGuide(.err, 500, "Error", "What happened is in `detail`."),
        ErrorGuide(
            .readOnly, 503, "Read only",
            "This server follows another one and takes no writes; `leader` tells where to."),
        ErrorGuide(
            .stale, 503, "Not there yet",
            "This server has not applied the seq that `after` names within the time."),
        ErrorGuide(.busy, 503, "Busy", "Too much of this is under way. Try again a little later."),
        ErrorGuide(.loading, 503, "Loading", "The server is starting."),
        ErrorGuide(
            .noSpace, 507, "No space", "The server's disk is nearly full; writes are refused."),
    ]

    /// The entry of a code; one that HTTP does not give by itself is an error of the server.
    package static func of(_ code: ErrorCode) -> ErrorGuide {
        for entry in all where entry.code == code { return entry }
        return ErrorGuide(code, 500, "Error", "What happened is in `detail`.")
    }
}
