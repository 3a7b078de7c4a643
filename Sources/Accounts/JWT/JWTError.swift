/// Why a token is not taken. For logs and tests; whoever sent it learns only "invalid" or
/// "expired".
package enum JWTError: Error, Equatable {
    /// Longer than `JWT.maximumBytes`, or not three parts of strict base64url.
    case malformed
    /// The header is no JSON object with exactly `alg`, `kid` and at most `typ`.
    case badHeader
    /// The header's algorithm is not the one of its key.
    case badAlgorithm
    /// No key has this id.
    case unknownKey
    /// The signature is not the key's.
    case badSignature
    /// A claim is missing, of another kind, or out of its range.
    case badClaims
    /// Made by somebody else, or for somebody else.
    case wrongIssuer
    /// Past `exp`.
    case expired
    /// Before `nbf` or `iat` by more than the leeway.
    case tooEarly
    /// OpenSSL failed.
    case failed
}
