import Basics
import Domain
import HTTPCore
import Ledger

/// The field `Idempotency-Key` as a `KEY`.
enum RequestKey {
    /// The key of a request; nil without one. What is no id of ours (a space, a slash, more than
    /// 64 characters) stands for itself as a hash.
    ///
    /// - Throws: 400 for a value that is no key at all.
    static func of(_ request: HTTPRequest) throws(Problem) -> Identifier? {
        guard let field = request.field("idempotency-key") else { return nil }
        if let text = IdempotencyKey.parse(field) {
            if let key = Identifier(text) { return key }
            let digest = FastHash.hash128(text.utf8.span, seed: 0)
            if let key = Identifier("hash-" + digest.text) { return key }
        }
        var problem = Problem(
            .syntax, "Idempotency-Key must be a string of 1-255 visible characters, in quotes")
        problem.faults = [.init(parameter: "Idempotency-Key", "is not a key")]
        throw problem
    }
}

/// What the parameters of paths may be.
package enum PathParameter {
    /// Those that are a currency's code.
    package static let currencies = ["base", "quote", "code"]

    /// - Throws: 404 for what cannot be the name of anything.
    static func check(_ name: String, _ value: String) throws(Problem) {
        if currencies.contains(name) {
            if CurrencyCode(value) != nil { return }
            throw Problem(
                .notFound, "\(FieldKind.shown(value)) is not a currency's code of 2-8 capitals")
        }
        if Identifier(value) != nil { return }
        throw Problem(
            .notFound,
            "\(FieldKind.shown(value)) is not an id: 1-64 letters, digits, '.', '_' or '-', "
                + "beginning with a letter or digit")
    }
}
