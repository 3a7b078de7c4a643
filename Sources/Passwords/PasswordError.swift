/// Why a password could be neither hashed nor compared.
package enum PasswordError: Error, Equatable, CustomStringConvertible {
    /// The password is longer than `PasswordHash.maximumBytes`.
    case tooLong
    /// The text is no Argon2id hash of version 19 in the PHC form.
    case notAHash
    /// The hash or the cost asks for more than `PasswordCost.greatest`.
    case tooCostly
    /// The salt has fewer than 8 or more than 64 bytes.
    case badSalt
    /// The library failed, for want of memory as a rule; its own number.
    case failed(Int32)

    /// A sentence for people; it holds no secret.
    package var description: String {
        switch self {
        case .tooLong: "the password is longer than \(PasswordHash.maximumBytes) bytes"
        case .notAHash: "this is no Argon2id hash"
        case .tooCostly: "the hash asks for more memory or passes than allowed"
        case .badSalt: "the salt must have 8 to 64 bytes"
        case .failed(let number): "the password could not be hashed: Argon2 error \(number)"
        }
    }
}
