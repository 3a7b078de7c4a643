internal import COpenSSL

/// SHA-1, for the handshake of WebSocket (RFC 6455) alone: it proves there that the far end speaks
/// the protocol, and protects nothing. For anything else use `SHA256`.
package enum SHA1 {
    /// The 20 bytes of the hash of one message. Cost: under 1 µs for a handshake.
    ///
    /// - Throws: where OpenSSL lacks the algorithm or memory.
    package static func hash(_ message: Span<UInt8>) throws(CryptoError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 20)
        var length: UInt32 = 0
        // Invariant: OpenSSL reads `count` bytes and writes 20.
        let isMade = unsafe message.withUnsafeBytes { message in
            unsafe EVP_Digest(
                message.baseAddress, message.count, &hash, &length, EVP_sha1(), nil) == 1
        }
        if !isMade || length != 20 { throw CryptoError("SHA-1 failed") }
        return hash
    }
}
