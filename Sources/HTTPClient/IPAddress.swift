internal import Glibc

/// An address without its port, as numbers in host order.
package enum IPAddress: Sendable, Equatable {
    case v4(UInt32)
    /// The first and the last 64 bits.
    case v6(high: UInt64, low: UInt64)

    /// The address of a socket about to be connected.
    ///
    /// - Parameter bytes: a whole `sockaddr` of the kernel.
    /// - Returns: nil for other families and for cut structures.
    // Invariant: nothing is read before its length has been compared.
    @safe init?(socketAddress bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= MemoryLayout<sa_family_t>.size else { return nil }
        switch unsafe Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
        case AF_INET:
            guard bytes.count >= MemoryLayout<sockaddr_in>.size else { return nil }
            let address = unsafe bytes.loadUnaligned(as: sockaddr_in.self)
            self = .v4(UInt32(bigEndian: address.sin_addr.s_addr))
        case AF_INET6:
            guard bytes.count >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let address = unsafe bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            let halves = unsafe withUnsafeBytes(of: address) { octets in
                unsafe (
                    octets.loadUnaligned(as: UInt64.self),
                    octets.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                )
            }
            self = .v6(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
        default: return nil
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// `192.0.2.1`, or all eight groups such as `fd00:0:0:0:0:0:0:1`.
    package var description: String {
        switch self {
        case .v4(let number):
            return [24, 16, 8, 0].map { String(number >> UInt32($0) & 0xff) }
                .joined(separator: ".")
        case .v6(let high, let low):
            let groups = [high, low].flatMap { half in
                [48, 32, 16, 0].map { String(half >> UInt64($0) & 0xffff, radix: 16) }
            }
            return groups.joined(separator: ":")
        }
    }
}
