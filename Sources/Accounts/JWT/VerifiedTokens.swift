import Basics
package import Crypto
import Synchronization

/// Tokens whose signature was proven a while ago, by their SHA-256: a client that sends the same
/// token with each request costs one signature.
///
/// Bounded: the younger half holds up to `capacity` tokens; a full one becomes the older half, and
/// what the old one held and nobody asked for since is forgotten. Only the proof is kept: whether a
/// token is in force, and its grant, is looked at each time. Threading: any.
package final class VerifiedTokens: Sendable {
    private struct Halves: ~Copyable {
        var hash: SHA256
        var young: [[UInt8]: JWTClaims] = [:]
        var old: [[UInt8]: JWTClaims] = [:]
    }

    private let halves: Mutex<Halves>
    private let capacity: Int

    /// - Parameter capacity: tokens of each half, 1 or more; about 200 bytes each.
    /// - Throws: where OpenSSL lacks the algorithm or memory.
    package init(capacity: Int = 10_000) throws(CryptoError) {
        let hash = try SHA256()
        halves = Mutex(Halves(hash: hash))
        self.capacity = max(capacity, 1)
    }

    /// The claims of a token, from memory or by proof.
    ///
    /// - Throws: as `JWT.verify`.
    package func claims(
        of token: Span<UInt8>, by jwt: JWT, nowMilliseconds now: Int64
    ) throws(JWTError) -> JWTClaims {
        if token.count > JWT.maximumBytes { throw .malformed }
        guard let digest = digest(of: token) else { throw .failed }
        if let known = recall(digest) {
            try known.check(nowMilliseconds: now)
            return known
        }
        let claims = try jwt.verify(token, nowMilliseconds: now)
        halves.withLock { Self.keep(digest, claims, capacity, &$0) }
        return claims
    }

    /// Forgets all: after the keys have changed.
    package func removeAll() {
        halves.withLock {
            $0.young.removeAll()
            $0.old.removeAll()
        }
    }

    /// How many are known.
    var count: Int { halves.withLock { $0.young.count + $0.old.count } }

    private func digest(of token: Span<UInt8>) -> [UInt8]? {
        let bytes = token.array
        return halves.withLock { halves in
            halves.hash.update(bytes.span)
            return try? halves.hash.finish()
        }
    }

    private func recall(_ digest: [UInt8]) -> JWTClaims? {
        halves.withLock { halves in
            if let claims = halves.young[digest] { return claims }
            guard let claims = halves.old.removeValue(forKey: digest) else { return nil }
            Self.keep(digest, claims, capacity, &halves)
            return claims
        }
    }

    private static func keep(
        _ digest: [UInt8], _ claims: JWTClaims, _ capacity: Int, _ halves: inout Halves
    ) {
        if halves.young.count >= capacity {
            halves.old = halves.young
            halves.young.removeAll(keepingCapacity: true)
        }
        halves.young[digest] = claims
    }
}
