import Basics
package import Crypto
package import Domain
import Synchronization

/// Tokens that were found genuine a while ago, by their SHA-256: a client that sends the same token
/// with each request costs one signature.
///
/// Bounded: the younger half holds up to `capacity` tokens; a full one becomes the older half, and
/// what the old one held and nobody asked for since is forgotten. Only the proof is kept: whether a
/// token is in force, and its grant, is looked at each time. Threading: any.
package final class ProvenTokens: Sendable {
    /// A genuine token.
    package enum Token: Sendable, Equatable {
        /// An API token of this grant: its secret is the grant's, which never changes.
        case api(Identifier)
        /// A signed token.
        case access(JWTClaims)
    }

    private struct Halves: ~Copyable {
        var hash: SHA256
        var young: [[UInt8]: Token] = [:]
        var old: [[UInt8]: Token] = [:]
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

    /// What a token was found to be; nil where it is not known (any more).
    package func recall(_ text: Span<UInt8>) -> Token? {
        guard let digest = digest(of: text) else { return nil }
        return halves.withLock { halves in
            if let token = halves.young[digest] { return token }
            guard let token = halves.old.removeValue(forKey: digest) else { return nil }
            Self.keep(digest, token, capacity, &halves)
            return token
        }
    }

    /// Notes what a token was found to be.
    package func keep(_ token: Token, of text: Span<UInt8>) {
        guard let digest = digest(of: text) else { return }
        halves.withLock { Self.keep(digest, token, capacity, &$0) }
    }

    /// How many are known.
    package var count: Int { halves.withLock { $0.young.count + $0.old.count } }

    /// Nil for what is too long to be a token.
    private func digest(of text: Span<UInt8>) -> [UInt8]? {
        if text.count > JWT.maximumBytes { return nil }
        let bytes = text.array
        return halves.withLock { halves in
            halves.hash.update(bytes.span)
            return try? halves.hash.finish()
        }
    }

    private static func keep(
        _ digest: [UInt8], _ token: Token, _ capacity: Int, _ halves: inout Halves
    ) {
        if halves.young.count >= capacity {
            halves.old = halves.young
            halves.young.removeAll(keepingCapacity: true)
        }
        halves.young[digest] = token
    }
}
