package import Basics
import HTTPCore
package import JSON
import Ledger

/// A field of a JSON body.
package struct BodyField: Sendable {
    package let name: String
    package let kind: FieldKind
    package let isRequired: Bool
    /// `null` may stand in place of the value: it clears the field.
    package let isNullable: Bool
    /// One line for the documentation.
    package let summary: String

    package init(
        _ name: String, _ kind: FieldKind, required: Bool = false, nullable: Bool = false,
        _ summary: String
    ) {
        self.name = name
        self.kind = kind
        isRequired = required
        isNullable = nullable
        self.summary = summary
    }
}

/// The shape of a JSON body: an object with known fields. Whatever is not declared is refused.
package struct BodySchema: Sendable {
    /// Its name among the schemas of `/openapi.json`.
    package let name: String
    package let summary: String
    package let fields: [BodyField]
    /// At least so many fields must be there.
    package let minimumFields: Int
    /// In place of fields: the shapes between which a member's value, or another look, decides.
    package let variants: [BodySchema]
    /// The place of the variant that a body is meant to be; nil with the fault where it is none.
    let choose: @Sendable (JSONValue) -> Result<Int, Problem.FaultText>

    package init(
        _ name: String, _ summary: String, minimumFields: Int = 0, _ fields: [BodyField]
    ) {
        self.name = name
        self.summary = summary
        self.fields = fields
        self.minimumFields = minimumFields
        variants = []
        choose = { _ in .success(0) }
    }

    /// A body of one of several shapes.
    package init(
        _ name: String, _ summary: String, oneOf variants: [BodySchema],
        choose: @escaping @Sendable (JSONValue) -> Result<Int, Problem.FaultText>
    ) {
        self.name = name
        self.summary = summary
        self.variants = variants
        self.choose = choose
        fields = []
        minimumFields = 0
    }
}

extension Problem {
    /// A pointer and a sentence: why a body is of no known shape.
    package struct FaultText: Error, Sendable {
        let pointer: String
        let detail: String
    }
}

extension BodySchema {
    /// More faults of one body are not told.
    private static let mostFaults = 20

    /// Reads and checks a body.
    ///
    /// - Throws: 400 `SYNTAX` for text that is no JSON, 422 with pointers for JSON of another
    ///   shape.
    package func parse(_ bytes: [UInt8], limits: Limits) throws(Problem) -> JSONValue {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.parse(
                bytes.span, maximumBytes: limits.httpBodyBytes, maximumDepth: limits.jsonDepth + 4)
        } catch {
            throw Problem(
                .syntax, "the body is not JSON at byte \(error.offset): \(error.message)")
        }
        let faults = faults(value)
        if !faults.isEmpty { throw Problem(faults) }
        return value
    }

    /// Reads and checks a form: an object of strings.
    ///
    /// - Throws: as `parse`.
    package func parse(form bytes: [UInt8]) throws(Problem) -> JSONValue {
        var members: [(key: String, value: JSONValue)] = []
        do throws(HTTPRefusal) {
            for (name, value) in try FormText.parse(bytes.span) {
                if members.contains(where: { $0.key == name }) {
                    throw HTTPRefusal(400, "a field of the form is there twice")
                }
                members.append((name, .string(value)))
            }
        } catch { throw Problem(.syntax, "the body is not a form: \(error.reason)") }
        let value = JSONValue.object(members)
        let faults = faults(value)
        if !faults.isEmpty { throw Problem(faults) }
        return value
    }

    /// What is wrong with a body; empty where nothing is.
    package func faults(_ value: JSONValue) -> [Problem.Fault] {
        var found: [Problem.Fault] = []
        collect(value, at: "", into: &found)
        return found
    }

    private func collect(
        _ value: JSONValue, at pointer: String, into found: inout [Problem.Fault]
    ) {
        guard let members = value.object else {
            found.append(.init(pointer: pointer, "must be an object"))
            return
        }
        if !variants.isEmpty {
            switch choose(value) {
            case .success(let index): variants[index].collect(value, at: pointer, into: &found)
            case .failure(let fault):
                found.append(.init(pointer: pointer + fault.pointer, fault.detail))
            }
            return
        }
        for (key, member) in members {
            if found.count >= Self.mostFaults { return }
            let place = pointer + "/" + Self.escaped(key)
            guard let field = fields.first(where: { $0.name == key }) else {
                found.append(.init(pointer: place, unknown(key)))
                continue
            }
            Self.collect(member, field, at: place, into: &found)
        }
        for field in fields where field.isRequired && value[field.name] == nil {
            found.append(.init(pointer: pointer + "/" + field.name, "is missing"))
        }
        if members.count < minimumFields && found.isEmpty {
            found.append(
                .init(
                    pointer: pointer,
                    minimumFields == 1
                        ? "must have at least one field"
                        : "must have at least \(minimumFields) fields"))
        }
    }

    private static func collect(
        _ value: JSONValue, _ field: BodyField, at pointer: String,
        into found: inout [Problem.Fault]
    ) {
        if value.isNull {
            if !field.isNullable { found.append(.init(pointer: pointer, "must not be null")) }
            return
        }
        if let fault = field.kind.fault(value) {
            found.append(.init(pointer: pointer, fault))
            return
        }
        guard case .list(let schema, let counts) = field.kind, let elements = value.array else {
            return
        }
        if !counts.contains(elements.count) {
            found.append(
                .init(
                    pointer: pointer,
                    "must have \(counts.lowerBound) to \(counts.upperBound) elements"))
            return
        }
        for (index, element) in elements.enumerated() {
            if found.count >= mostFaults { return }
            schema.collect(element, at: "\(pointer)/\(index)", into: &found)
        }
    }

    private func unknown(_ key: String) -> String {
        let known = fields.map(\.name)
        let text = "unknown field \(FieldKind.shown(key))"
        if let near = NearestWord.find(key, in: known) { return text + ", meant is \(near)?" }
        return known.isEmpty ? text : text + ", known are " + known.joined(separator: ", ")
    }

    /// A key as a part of a JSON pointer, cut where it is very long.
    private static func escaped(_ key: String) -> String {
        var text = ""
        for character in key.unicodeScalars.prefix(64) {
            switch character {
            case "~": text += "~0"
            case "/": text += "~1"
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }
}
