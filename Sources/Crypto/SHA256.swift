package import Basics
internal import COpenSSL

/// SHA-256 over bytes given in parts; made once and used again for message after message.
///
/// Looking the algorithm up and making a context cost more than hashing a short message, so both
/// are kept. Ownership: noncopyable. Threading: none of its own; one per thread.
@safe package struct SHA256: ~Copyable, @unchecked Sendable {
    // Invariant: both pointers are owned here alone, and between calls the context is always in the
    // middle of a message. That is why moving a hasher between threads is safe.
    private let algorithm: OpaquePointer
    private let context: OpaquePointer
    // The context cannot fail on bytes alone; should it, the next `finish` says so.
    private var isSound = true

    /// - Throws: where OpenSSL lacks the algorithm or memory.
    package init() throws(CryptoError) {
        guard let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil) else {
            throw CryptoError("SHA-256 cannot be loaded")
        }
        guard let context = unsafe EVP_MD_CTX_new() else {
            unsafe EVP_MD_free(algorithm)
            throw CryptoError("no memory for SHA-256")
        }
        unsafe self.algorithm = algorithm
        unsafe self.context = context
        isSound = unsafe EVP_DigestInit_ex2(context, algorithm, nil) == 1
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
        unsafe EVP_MD_free(algorithm)
    }

    /// Adds `bytes` to the message.
    package mutating func update(_ bytes: Span<UInt8>) {
        let done = unsafe bytes.withUnsafeBytes { buffer in
            unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
        }
        if done != 1 { isSound = false }
    }

    /// The first 128 bits of the hash, big-endian halves; then begins the next message.
    ///
    /// - Throws: where OpenSSL failed since the last `finish`; the hasher is then useless.
    package mutating func finish128() throws(CryptoError) -> Digest128 {
        let words = try finishWords()
        return Digest128(high: UInt64(bigEndian: words[0]), low: UInt64(bigEndian: words[1]))
    }

    /// The 32 bytes of the hash; then begins the next message.
    ///
    /// - Throws: where OpenSSL failed since the last `finish`; the hasher is then useless.
    package mutating func finish() throws(CryptoError) -> [UInt8] {
        let words = try finishWords()
        return unsafe withUnsafeBytes(of: words) { unsafe Array($0) }
    }

    /// The first 128 bits of the hash of one message of two parts, such as a chain's last link and
    /// the next record. Cost: 0.3 µs for 300 bytes with the processor's SHA instructions.
    ///
    /// - Throws: as `finish128`.
    package mutating func hash128(
        _ first: Span<UInt8>, _ second: Span<UInt8>
    ) throws(CryptoError) -> Digest128 {
        update(first)
        update(second)
        return try finish128()
    }

    private mutating func finishWords() throws(CryptoError) -> InlineArray<4, UInt64> {
        var words = InlineArray<4, UInt64>(repeating: 0)
        let ended = unsafe withUnsafeMutableBytes(of: &words) { bytes in
            unsafe EVP_DigestFinal_ex(
                context, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), nil)
        }
        // With the algorithm unchanged this only resets the state.
        let begun = unsafe EVP_DigestInit_ex2(context, nil, nil)
        if ended != 1 || begun != 1 { isSound = false }
        if !isSound { throw CryptoError("SHA-256 failed") }
        return words
    }
}
