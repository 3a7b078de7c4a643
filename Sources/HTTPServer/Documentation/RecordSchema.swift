import JSON

/// What the value of a member of a reply is.
indirect enum ValueKind: Sendable {
    case id
    case text
    case integer
    /// A number that may have a fraction.
    case number
    case boolean
    /// A decimal string.
    case money
    /// A decimal string of a rate.
    case rate
    case currency
    /// RFC 3339 with `Z`.
    case time
    /// `2026-11-20`
    case day
    case choice([String])
    /// Another schema, by its name.
    case record(String)
    case list(ValueKind)
    /// Any object.
    case object
    /// Anything.
    case any
    /// Exactly this text.
    case constant(String)
    /// One or the other.
    case either(ValueKind, ValueKind)
}

/// A member of a reply.
struct RecordField: Sendable {
    let name: String
    let kind: ValueKind
    let isNullable: Bool
    /// It is not always there.
    let isOptional: Bool
    let summary: String

    init(
        _ name: String, _ kind: ValueKind, nullable: Bool = false, optional: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        isNullable = nullable
        isOptional = optional
        self.summary = summary
    }
}

/// The shape of a JSON object that the server sends.
struct RecordSchema: Sendable {
    let name: String
    let summary: String
    let fields: [RecordField]

    init(_ name: String, _ summary: String, _ fields: [RecordField]) {
        self.name = name
        self.summary = summary
        self.fields = fields
    }

    /// A page of records.
    static func page(_ name: String, of kind: ValueKind, _ summary: String) -> RecordSchema {
        RecordSchema(
            name, summary,
            [
                RecordField("items", .list(kind), "In the order that the route says."),
                next, seq,
            ])
    }

    static let next = RecordField(
        "next", .text, nullable: true, "The cursor of the page behind; null at the end.")
    static let seq = RecordField("seq", .integer, "The last event that the reply knows.")
}
