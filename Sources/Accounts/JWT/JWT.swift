import Basics
package import Crypto
import JSON

/// JSON Web Tokens (RFC 7519, RFC 8725) in the compact form, of one shape alone: signed, never
/// encrypted, by a key of the server's own table.
///
/// A header says which key, and nothing else: the algorithm must be the key's own one, and a header
/// with any further member (`crit`, `b64`, `jku`, `jwk`, `x5u`, …) is refused, so no token brings
/// its own key or asks for another reading. The payload is read after the signature.
/// Threading: a value, for any thread. Cost: the signature (HMAC 2 µs,
/// Ed25519 66 µs) and the reading of two small JSON documents.
package struct JWT: Sendable {
    /// The longest token; longer ones are refused unread.
    package static let maximumBytes = 8 << 10

    private let keys: JWTKeys
    private let issuer: String

    /// - Parameter issuer: `iss` of every token made, and asked of every token taken.
    package init(keys: JWTKeys, issuer: String) {
        self.keys = keys
        self.issuer = issuer
    }

    /// A signed token.
    ///
    /// - Throws: where OpenSSL fails.
    package func sign(_ claims: JWTClaims) throws(CryptoError) -> String {
        let key = keys.signing
        var header = ByteBuffer(capacity: 128)
        header.append("{\"alg\":" as StaticString)
        header.appendJSON(string: key.algorithm.rawValue)
        header.append(",\"typ\":\"JWT\",\"kid\":" as StaticString)
        header.appendJSON(string: key.id)
        header.append("}" as StaticString)
        let payload = claims.payload(issuer: issuer)
        let message = Base64URL.encode(header.bytes) + "." + Base64URL.encode(payload.bytes)
        let signature = try key.sign(message.utf8.span)
        return message + "." + Base64URL.encode(signature.span)
    }

    /// The claims of a token that is signed by a known key, made here, meant for here and in force.
    ///
    /// - Parameter now: wall milliseconds.
    /// - Throws: what is wrong, the signature before anything that the payload says.
    package func verify(
        _ token: Span<UInt8>, nowMilliseconds now: Int64
    ) throws(JWTError) -> JWTClaims {
        guard let parts = Parts(token) else { throw .malformed }
        let key = try key(of: parts.header.span)
        let message = token.extracting(0..<parts.signedBytes)
        let isRight: Bool
        do throws(CryptoError) {
            isRight = try key.verify(message, signature: parts.signature.span)
        } catch { throw .failed }
        if !isRight { throw .badSignature }
        let claims = try JWTClaims(payload: parts.payload.span, issuer: issuer)
        try claims.check(nowMilliseconds: now)
        return claims
    }

    private func key(of header: Span<UInt8>) throws(JWTError) -> JWTKey {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.parse(header, maximumBytes: 1_024, maximumDepth: 1)
        } catch { throw .badHeader }
        guard let members = value.object, let kid = value["kid"]?.string,
            let algorithm = value["alg"]?.string
        else { throw .badHeader }
        for member in members {
            switch member.key {
            case "alg", "kid": continue
            case "typ":
                guard let type = member.value.string, type == "JWT" || type == "jwt" else {
                    throw .badHeader
                }
            default: throw .badHeader
            }
        }
        guard JWTKey.isID(kid), let key = keys[kid] else { throw .unknownKey }
        if !algorithm.utf8.elementsEqual(key.algorithm.rawValue.utf8) { throw .badAlgorithm }
        return key
    }

    /// The decoded parts of a compact token.
    private struct Parts {
        let header: [UInt8]
        let payload: [UInt8]
        let signature: [UInt8]
        /// Bytes up to the second point.
        let signedBytes: Int

        init?(_ token: Span<UInt8>) {
            if token.count > JWT.maximumBytes { return nil }
            var points: [Int] = []
            for index in 0..<token.count where token[index] == UInt8(ascii: ".") {
                points.append(index)
                if points.count > 2 { return nil }
            }
            guard points.count == 2, points[0] > 0, points[1] > points[0] + 1,
                token.count > points[1] + 1,
                let header = Base64URL.decode(token.extracting(0..<points[0])),
                let payload = Base64URL.decode(token.extracting(points[0] + 1..<points[1])),
                let signature = Base64URL.decode(token.extracting(points[1] + 1..<token.count))
            else { return nil }
            self.header = header
            self.payload = payload
            self.signature = signature
            signedBytes = points[1]
        }
    }
}
