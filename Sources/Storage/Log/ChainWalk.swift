package import Basics
import Crypto

/// Computes the chain of a log again, one event behind the other.
///
/// Threading: none of its own.
package struct ChainWalk: ~Copyable {
    private var hasher: SHA256
    /// The chain hash of the last event.
    package private(set) var chain: Digest128

    /// - Parameter chain: of the event before the first; zero before event 1.
    package init(after chain: Digest128 = Digest128()) throws(StorageError) {
        hasher = try Store.hasher()
        self.chain = chain
    }

    /// Takes the next event in and gives its chain hash. Cost: about 1 µs.
    package mutating func advance(
        _ body: Span<UInt8>, seq: UInt64
    ) throws(StorageError) -> Digest128 {
        do throws(CryptoError) {
            chain = try StoredEvent.link(
                body, seq: seq, previousChain: chain, hasher: &hasher)
        } catch { throw .invariant(error.message) }
        return chain
    }

    /// Goes on behind an event whose own hash could not be computed.
    package mutating func resume(after chain: Digest128) { self.chain = chain }
}
