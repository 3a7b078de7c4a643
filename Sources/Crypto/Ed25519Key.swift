internal import COpenSSL

/// A key for Ed25519 signatures (RFC 8032): a pair that signs, or a public half that verifies.
///
/// Ownership: a class, because key tables hold it from several threads. Threading: any; OpenSSL
/// only reads a key that is complete. Cost: 26 µs for a signature, 66 µs for a verification.
@safe package final class Ed25519Key: @unchecked Sendable {
    /// Bytes of a signature.
    package static let signatureBytes = 64

    // Invariant: owned here alone, freed once, never changed after `init`.
    private let key: OpaquePointer
    /// Whether it can sign.
    package let isPrivate: Bool

    private init(owning key: OpaquePointer, isPrivate: Bool) {
        unsafe self.key = key
        self.isPrivate = isPrivate
    }

    deinit { unsafe EVP_PKEY_free(key) }

    /// A key from the 32 bytes of its private or public half; nil for any other number of bytes.
    package convenience init?(raw bytes: Span<UInt8>, isPrivate: Bool) {
        if bytes.count != 32 { return nil }
        // Invariant: OpenSSL copies the 32 bytes.
        let made = unsafe bytes.withUnsafeBytes { bytes -> OpaquePointer? in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return isPrivate
                ? unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, start, 32)
                : unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, start, 32)
        }
        guard let made = unsafe made else {
            ERR_clear_error()
            return nil
        }
        unsafe self.init(owning: made, isPrivate: isPrivate)
    }

    /// A key from a PEM file: `PRIVATE KEY` (PKCS #8, not encrypted) or `PUBLIC KEY`; nil for
    /// anything else, other algorithms included.
    package convenience init?(pem: Span<UInt8>) {
        if let key = unsafe Self.read(pem, isPrivate: true) {
            unsafe self.init(owning: key, isPrivate: true)
        } else if let key = unsafe Self.read(pem, isPrivate: false) {
            unsafe self.init(owning: key, isPrivate: false)
        } else {
            return nil
        }
    }

    private static func read(_ pem: Span<UInt8>, isPrivate: Bool) -> OpaquePointer? {
        if pem.isEmpty || pem.count > 64 << 10 { return nil }
        defer { ERR_clear_error() }
        // Invariant: the buffer object reads the span's bytes and is freed before the span ends.
        let key = unsafe pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let source = unsafe BIO_new_mem_buf(bytes.baseAddress, CInt(bytes.count)) else {
                return nil
            }
            defer { unsafe BIO_free(source) }
            // Without a callback of ours OpenSSL would ask at the terminal for a passphrase.
            return isPrivate
                ? unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in 0 }, nil)
                : unsafe PEM_read_bio_PUBKEY(source, nil, { _, _, _, _ in 0 }, nil)
        }
        guard let key = unsafe key else { return nil }
        if unsafe EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 {
            unsafe EVP_PKEY_free(key)
            return nil
        }
        return unsafe key
    }

    /// The 32 bytes of the public half.
    ///
    /// - Throws: where OpenSSL fails.
    package func publicBytes() throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var length = bytes.count
        // Invariant: OpenSSL writes at most `length` bytes.
        if unsafe EVP_PKEY_get_raw_public_key(key, &bytes, &length) != 1 || length != 32 {
            throw CryptoError("an Ed25519 key has no public half")
        }
        return bytes
    }

    /// The 64 bytes of a message's signature.
    ///
    /// - Throws: for a public key, and where OpenSSL lacks memory.
    package func sign(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        guard isPrivate, let context = unsafe EVP_MD_CTX_new() else {
            throw CryptoError("Ed25519 cannot sign")
        }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Self.signatureBytes)
        var length = signature.count
        // Invariant: OpenSSL reads `count` bytes of the message and writes at most 64. An empty
        // message has an address that is not read.
        let isMade = unsafe message.withUnsafeBytes { message in
            unsafe withUnsafeBytes(of: UInt8(0)) { nothing in
                let start = unsafe message.baseAddress ?? nothing.baseAddress
                return unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1
                    && EVP_DigestSign(
                        context, &signature, &length,
                        start?.assumingMemoryBound(to: UInt8.self), message.count) == 1
            }
        }
        if !isMade || length != signature.count { throw CryptoError("Ed25519 cannot sign") }
        return signature
    }

    /// Whether `signature` is this key's for the message; false for anything that is no signature.
    package func verify(_ message: Span<UInt8>, signature: Span<UInt8>) -> Bool {
        if signature.count != Self.signatureBytes { return false }
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer {
            unsafe EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        // Invariant: OpenSSL reads `count` bytes of each. An empty message has an address that is
        // not read.
        return unsafe message.withUnsafeBytes { message in
            unsafe signature.withUnsafeBytes { signature in
                unsafe withUnsafeBytes(of: UInt8(0)) { nothing in
                    let start = unsafe message.baseAddress ?? nothing.baseAddress
                    return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                        && EVP_DigestVerify(
                            context,
                            signature.baseAddress?.assumingMemoryBound(to: UInt8.self),
                            signature.count, start?.assumingMemoryBound(to: UInt8.self),
                            message.count) == 1
                }
            }
        }
    }
}
