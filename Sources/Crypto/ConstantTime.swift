internal import COpenSSL

/// Comparisons whose duration does not tell how much was right.
package enum ConstantTime {
    /// Whether both hold the same bytes. Takes the same time for all contents of one length; the
    /// lengths themselves are no secret.
    package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
        if left.count != right.count { return false }
        if left.isEmpty { return true }
        // Invariant: both have `left.count` bytes.
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                unsafe CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
            }
        }
    }
}
