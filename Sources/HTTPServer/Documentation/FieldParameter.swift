import JSON

/// The header fields of requests that belong to many routes.
enum FieldParameter: String, CaseIterable {
    case idempotencyKey = "Idempotency-Key"
    case ifMatch = "If-Match"
    case ifNoneMatch = "If-None-Match"
    case lastEventID = "Last-Event-ID"

    /// Whether a route heeds it.
    func applies(to route: Route) -> Bool {
        switch self {
        case .idempotencyKey: route.isWrite
        case .ifMatch: route.takesIfMatch
        case .ifNoneMatch: route.hasTag || route.takesIfMatch
        case .lastEventID: route.pattern == FeedHub.Path.events
        }
    }

    /// One or two sentences.
    var summary: String {
        switch self {
        case .idempotencyKey:
            "The same key and the same request again give the first result, for 7 days; the same "
                + "key and another request is 422. A string in quotes such as `\"order-7\"`, or "
                + "bare."
        case .ifMatch:
            "The ETag that the record must have, such as `\"1042\"`, else 412."
        case .ifNoneMatch:
            "Of a read, the ETag that is known: 304 where it is still so. Of a change, one that "
                + "the record must not have, `*` for any: else 412."
        case .lastEventID: "The event that was got last: the stream goes on behind it."
        }
    }

    var schema: JSONValue {
        switch self {
        case .idempotencyKey:
            JSONSchema.string(
                pattern: "^(\"([ !#-\\[\\]-~]|\\\\[\"\\\\]){1,255}\"|[!#-+.-:<-\\[\\]-~-]{1,255})$")
        case .ifMatch, .ifNoneMatch, .lastEventID: JSONSchema.type("string")
        }
    }
}
