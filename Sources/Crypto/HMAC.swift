internal import COpenSSL

/// Keyed hashes: proof that whoever made a message knew the key.
package enum HMAC {
    /// HMAC-SHA-256 (RFC 2104) of one message: 32 bytes.
    ///
    /// Cost: about 2 µs and 0.5 ns a byte; the algorithm is looked up at each call.
    ///
    /// - Parameter key: of any length; longer than 64 bytes it is hashed first, as the RFC says.
    /// - Throws: where OpenSSL lacks the algorithm or memory.
    package static func sha256(
        key: Span<UInt8>, message: Span<UInt8>
    ) throws(CryptoError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: 32)
        var length = 0
        // Invariant: OpenSSL reads `count` bytes of key and message and writes at most 32. An empty
        // key has no address, which OpenSSL takes for no key at all: it gets one that is not read.
        let isMade = unsafe key.withUnsafeBytes { key in
            unsafe message.withUnsafeBytes { message in
                unsafe withUnsafeBytes(of: UInt8(0)) { nothing in
                    let start = unsafe key.baseAddress ?? nothing.baseAddress
                    return unsafe EVP_Q_mac(
                        nil, "HMAC", nil, "SHA256", nil, start, key.count,
                        message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count,
                        &code, code.count, &length) != nil
                }
            }
        }
        if !isMade || length != code.count { throw CryptoError("HMAC failed") }
        return code
    }
}
