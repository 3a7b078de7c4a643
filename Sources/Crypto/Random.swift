internal import Glibc

/// Bytes that nobody can guess, from the kernel.
package enum Random {
    /// `count` random bytes (0 or less: none). Waits only while the machine has just been switched
    /// on.
    ///
    /// - Throws: where the kernel gives none.
    package static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        var filled = 0
        while filled < bytes.count {
            // The kernel's limit per call. Invariant: `start + number` is never beyond the array.
            let number = min(bytes.count - filled, 256)
            let start = filled
            let failed = unsafe bytes.withUnsafeMutableBytes { buffer in
                guard let base = buffer.baseAddress else { return false }
                return unsafe getentropy(base + start, number) != 0
            }
            if failed { throw CryptoError(errno: errno) }
            filled += number
        }
        return bytes
    }
}
