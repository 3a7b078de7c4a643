import JSON

/// Short ways to make a JSON document.
extension JSONValue {
    static func object(of members: (String, JSONValue)...) -> JSONValue {
        .object(members.map { (key: $0.0, value: $0.1) })
    }

    static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    static func number(_ number: Int64) -> JSONValue { .number("\(number)") }

    static func reference(_ kind: String, _ name: String) -> JSONValue {
        .object(of: ("$ref", .string("#/components/\(kind)/\(name)")))
    }

    /// This object with more members behind its own; whatever is no object stays as it is.
    func adding(_ members: (String, JSONValue)...) -> JSONValue {
        guard case .object(let own) = self else { return self }
        return .object(own + members.map { (key: $0.0, value: $0.1) })
    }
}

/// JSON Schema (2020-12) of what requests and replies hold.
enum JSONSchema {
    static let identifierPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
    static let currencyPattern = "^[A-Z]{2,8}$"
    static let moneyPattern = "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,6})?$"
    static let plainTextPattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$"
    static let seqPattern = "^(0|[1-9][0-9]{0,14})$"

    static func string(pattern: String) -> JSONValue {
        .object(of: ("type", .string("string")), ("pattern", .string(pattern)))
    }

    static func type(_ name: String) -> JSONValue { .object(of: ("type", .string(name))) }

    private static let time = JSONValue.object(
        of: ("type", .string("string")), ("format", .string("date-time")))

    /// A time, or a duration from now.
    private static let eta = JSONValue.object(
        of: (
            "anyOf",
            .array([time, string(pattern: "^\\+[1-9][0-9]{0,3}(ms|s|m|h|d)$")])
        ))

    /// A place in the log: a seq, or a time.
    static let place = JSONValue.object(of: ("anyOf", .array([string(pattern: seqPattern), time])))

    static func integer(_ limits: ClosedRange<Int64>) -> JSONValue {
        .object(
            of: ("type", .string("integer")), ("minimum", .number(limits.lowerBound)),
            ("maximum", .number(limits.upperBound)))
    }

    static func text(_ range: ClosedRange<Int>) -> JSONValue {
        .object(
            of: ("type", .string("string")), ("minLength", .number(Int64(range.lowerBound))),
            ("maxLength", .number(Int64(range.upperBound))),
            ("pattern", .string(plainTextPattern)))
    }

    static func choice(_ words: [String]) -> JSONValue {
        .object(of: ("type", .string("string")), ("enum", .strings(words)))
    }

    // MARK: Requests

    /// The schema of a field's value.
    static func of(_ kind: FieldKind) -> JSONValue {
        switch kind {
        case .id, .newID: string(pattern: identifierPattern)
        case .text(let range): text(range)
        case .form(let form):
            .object(
                [
                    ("type", .string("string")),
                    ("minLength", .number(Int64(form.bytes.lowerBound))),
                    ("maxLength", .number(Int64(form.bytes.upperBound))),
                ] + (form.pattern.map { [("pattern", JSONValue.string($0))] } ?? []))
        case .scope:
            .object(
                of: (
                    "anyOf",
                    .array([
                        .object(of: ("const", .string("*"))),
                        .object(
                            of: ("type", .string("array")),
                            ("items", string(pattern: identifierPattern)),
                            ("maxItems", .number(1_000))),
                    ])
                ))
        case .secret(let range): text(range)
        case .choice(let words): choice(words)
        case .integer(let limits): integer(limits)
        case .delta(let limits):
            integer(limits).adding(("not", .object(of: ("const", .number(0)))))
        case .boolean: type("boolean")
        case .money: string(pattern: moneyPattern)
        case .measure:
            .object(
                of: ("type", .string("number")), ("minimum", .number(0)),
                ("maximum", .number(Int64(FieldKind.largestMeasure))))
        case .rate: string(pattern: "^(0\\.[0-9]{0,8}[1-9]|[1-9][0-9]{0,8}(\\.[0-9]{1,9})?)$")
        case .currency: string(pattern: currencyPattern)
        case .eta: eta
        case .time: time
        case .position: .reference("schemas", "PositionRequest")
        case .attributes: type("object")
        case .settings:
            .object(
                of: ("type", .string("object")), ("minProperties", .number(1)),
                (
                    "additionalProperties",
                    .object(of: ("type", .strings(["string", "number", "boolean"])))
                ))
        case .emptyObject:
            .object(of: ("type", .string("object")), ("maxProperties", .number(0)))
        case .list(let schema, let counts):
            .object(
                of: ("type", .string("array")), ("items", .reference("schemas", schema.name)),
                ("minItems", .number(Int64(counts.lowerBound))),
                ("maxItems", .number(Int64(counts.upperBound))))
        }
    }

    /// The schema of a body, and those of its parts, by name.
    static func of(_ body: BodySchema) -> [(name: String, schema: JSONValue)] {
        if !body.variants.isEmpty {
            let references = body.variants.map { JSONValue.reference("schemas", $0.name) }
            let own = JSONValue.object(
                of: ("description", .string(body.summary)), ("oneOf", .array(references)))
            return [(body.name, own)] + body.variants.flatMap { of($0) }
        }
        var found: [(name: String, schema: JSONValue)] = []
        var properties: [(key: String, value: JSONValue)] = []
        for field in body.fields {
            if case .list(let schema, _) = field.kind { found += of(schema) }
            let value = field.isNullable ? nullable(of(field.kind)) : of(field.kind)
            properties.append((field.name, described(value, field.summary)))
        }
        let required = body.fields.filter(\.isRequired).map(\.name)
        var members: [(key: String, value: JSONValue)] = [
            ("type", .string("object")), ("description", .string(body.summary)),
            ("additionalProperties", .bool(false)), ("properties", .object(properties)),
        ]
        if !required.isEmpty { members.append(("required", .strings(required))) }
        if body.minimumFields > 0 {
            members.append(("minProperties", .number(Int64(body.minimumFields))))
        }
        return [(body.name, .object(members))] + found
    }

    /// A place in a body: exactly three numbers.
    static let position = JSONValue.object(
        of: ("type", .string("object")),
        ("description", .string("A place, in light-years.")),
        ("additionalProperties", .bool(false)),
        (
            "properties",
            .object(of: ("x", type("number")), ("y", type("number")), ("z", type("number")))
        ), ("required", .strings(["x", "y", "z"])))

    private static func described(_ schema: JSONValue, _ text: String) -> JSONValue {
        schema.adding(("description", .string(text)))
    }

    static func nullable(_ schema: JSONValue) -> JSONValue {
        .object(of: ("anyOf", .array([schema, type("null")])))
    }

    // MARK: Queries

    static func of(_ kind: QueryField.Kind) -> JSONValue {
        switch kind {
        case .limit(let standard):
            integer(1...1_000).adding(("default", .number(Int64(standard))))
        case .cursor(let form): string(pattern: form.pattern)
        case .id: string(pattern: identifierPattern)
        case .currency: string(pattern: currencyPattern)
        case .choice(let words): choice(words)
        case .text(let range): text(range)
        case .place: place
        case .integer(let limits): integer(limits)
        // More digits than the currency has are refused; two is what most have.
        case .money: string(pattern: "^(0|[1-9][0-9]{0,11})(\\.[0-9]{1,2})?$")
        case .flag: type("boolean")
        case .list(let patterns):
            string(
                pattern: patterns
                    ? "^[a-z_.*]{1,64}(,[a-z_.*]{1,64}){0,15}$"
                    : "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(,[A-Za-z0-9][A-Za-z0-9._-]{0,63}){0,15}$")
        }
    }

    // MARK: Replies

    static func of(_ record: RecordSchema) -> JSONValue {
        var properties: [(key: String, value: JSONValue)] = []
        for field in record.fields {
            let value = field.isNullable ? nullable(of(field.kind)) : of(field.kind)
            properties.append((field.name, described(value, field.summary)))
        }
        let required = record.fields.filter { !$0.isOptional }.map(\.name)
        return .object(
            of: ("type", .string("object")), ("description", .string(record.summary)),
            ("properties", .object(properties)), ("required", .strings(required)))
    }

    private static func of(_ kind: ValueKind) -> JSONValue {
        switch kind {
        case .id: string(pattern: identifierPattern)
        case .text: type("string")
        case .integer: type("integer")
        case .number: type("number")
        case .boolean: type("boolean")
        case .money: string(pattern: "^-?[0-9]+(\\.[0-9]{1,9})?$")
        case .rate: string(pattern: "^[0-9]+(\\.[0-9]{1,9})?$")
        case .currency: string(pattern: currencyPattern)
        case .time: time
        case .day:
            .object(of: ("type", .string("string")), ("format", .string("date")))
        case .choice(let words): choice(words)
        case .record(let name): .reference("schemas", name)
        case .list(let kind):
            .object(of: ("type", .string("array")), ("items", of(kind)))
        case .object: type("object")
        case .any: .object([])
        case .constant(let text):
            .object(of: ("type", .string("string")), ("const", .string(text)))
        case .either(let one, let other):
            .object(of: ("anyOf", .array([of(one), of(other)])))
        }
    }
}
