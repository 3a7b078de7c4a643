import Glibc

/// A network: an IPv4 or IPv6 address and how many of its first bits count.
package struct AddressRange: Sendable, Equatable, CustomStringConvertible {
    /// Four or sixteen bytes, those beyond the bits that count are zero.
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads `10.0.0.0/8`, `2001:db8::/32` or a single address; nil for anything else, names
    /// included.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), var bytes = Self.bytes(of: String(parts[0])) else {
            return nil
        }
        var bits = bytes.count * 8
        if parts.count == 2 {
            guard (1...3).contains(parts[1].utf8.count),
                parts[1].utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let given = Int(parts[1]),
                given <= bits
            else { return nil }
            bits = given
        }
        for index in bytes.indices {
            let kept = min(max(bits - index * 8, 0), 8)
            bytes[index] &= ~UInt8(truncatingIfNeeded: 0xff >> kept)
        }
        self.bytes = bytes
        self.bits = bits
    }

    /// Whether an address, in numbers, lies in it; false for a name.
    package func contains(_ host: String) -> Bool {
        guard let other = Self.bytes(of: host), other.count == bytes.count else { return false }
        for index in bytes.indices {
            let kept = min(max(bits - index * 8, 0), 8)
            if (other[index] ^ bytes[index]) & ~UInt8(truncatingIfNeeded: 0xff >> kept) != 0 {
                return false
            }
        }
        return true
    }

    package var description: String {
        let address =
            bytes.count == 4
            ? bytes.map { String($0) }.joined(separator: ".")
            : stride(from: 0, to: 16, by: 2).map {
                String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
            }.joined(separator: ":")
        return "\(address)/\(bits)"
    }

    /// The bytes of an address in numbers; nil for anything else.
    private static func bytes(of host: String) -> [UInt8]? {
        if host.utf8.count > 45 { return nil }
        // Invariant: inet_pton writes four bytes for IPv4 and sixteen for IPv6, both fit.
        var bytes = [UInt8](repeating: 0, count: 16)
        if unsafe inet_pton(AF_INET, host, &bytes) == 1 { return Array(bytes[..<4]) }
        return unsafe inet_pton(AF_INET6, host, &bytes) == 1 ? bytes : nil
    }
}
