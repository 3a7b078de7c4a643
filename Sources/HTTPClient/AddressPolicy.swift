/// Which addresses a transfer may connect to: the fence against requests that a customer's URL
/// would send into the operator's own network.
///
/// It judges the address that is about to be connected, never the text of a URL, so encoded
/// literals, names that resolve inwards and names that change between check and use are all the
/// same to it. Pure; a few comparisons per call.
package struct AddressPolicy: Sendable, Equatable {
    /// Why an address is refused.
    package enum Refusal: String, Sendable, Equatable {
        /// This machine.
        case loopback = "loopback"
        /// A network of its own (RFC 1918, unique local), and the nets for measuring inside one.
        case privateNetwork = "private network"
        /// The own cable, where clouds also keep their metadata services.
        case linkLocal = "link-local"
        /// A provider's inner network (RFC 6598).
        case carrier = "carrier network"
        /// The machine itself by its empty name.
        case unspecified = "unspecified"
        /// Many receivers at once.
        case multicast = "multicast"
        /// Nets that exist in books only.
        case documentation = "documentation"
        /// Never given out, or a tunnel whose other end cannot be judged.
        case reserved = "reserved"

        /// Whether an operator may want to reach it all the same.
        var isInside: Bool {
            switch self {
            case .loopback, .privateNetwork, .linkLocal, .carrier: true
            case .unspecified, .multicast, .documentation, .reserved: false
            }
        }
    }

    /// Whether loopback, private, link-local and carrier networks may be reached. The other
    /// classes have no receiver and stay refused.
    package let allowsPrivate: Bool

    /// Only addresses of the open Internet.
    package static let publicOnly = AddressPolicy(allowsPrivate: false)
    /// The inner networks too: for operators who trust everybody who can set a URL.
    package static let privateToo = AddressPolicy(allowsPrivate: true)

    package init(allowsPrivate: Bool) { self.allowsPrivate = allowsPrivate }

    /// Why `address` is refused, or nil if it may be connected.
    package func refusal(of address: IPAddress) -> Refusal? {
        guard let reason = Self.kind(of: address) else { return nil }
        return allowsPrivate && reason.isInside ? nil : reason
    }

    /// The class of an address that is not on the open Internet.
    private static func kind(of address: IPAddress) -> Refusal? {
        switch address {
        case .v4(let number):
            return nets4.first { number >> (32 - $0.bits) == $0.net >> (32 - $0.bits) }?.reason
        case .v6(let high, let low):
            if let inner = embedded(high, low) { return kind(of: .v4(inner)) }
            if high == 0 && low == 0 { return .unspecified }
            if high == 0 && low == 1 { return .loopback }
            let listed = nets6.first { high >> (64 - $0.bits) == $0.net >> (64 - $0.bits) }
            if let listed { return listed.reason }
            // 2000::/3 is all that was ever given out.
            return high >> 61 == 1 ? nil : .reserved
        }
    }

    /// The IPv4 address that an IPv6 address stands for.
    private static func embedded(_ high: UInt64, _ low: UInt64) -> UInt32? {
        let mapped = high == 0 && low >> 32 == 0xffff
        let translated = high == 0 && low >> 32 == 0xffff_0000
        let nat64 = high == 0x0064_ff9b_0000_0000 && low >> 32 == 0
        if mapped || translated || nat64 { return UInt32(truncatingIfNeeded: low) }
        let is6to4 = high >> 48 == 0x2002
        return is6to4 ? UInt32(truncatingIfNeeded: high >> 16) : nil
    }

    /// From the registries of special-purpose addresses of IANA.
    private static let nets4: [(net: UInt32, bits: UInt32, reason: Refusal)] = [
        (0x0000_0000, 8, .unspecified),
        (0x0a00_0000, 8, .privateNetwork),
        (0x6440_0000, 10, .carrier),
        (0x7f00_0000, 8, .loopback),
        (0xa9fe_0000, 16, .linkLocal),
        (0xac10_0000, 12, .privateNetwork),
        (0xc000_0000, 24, .reserved),
        (0xc000_0200, 24, .documentation),
        (0xc058_6300, 24, .reserved),
        (0xc0a8_0000, 16, .privateNetwork),
        (0xc612_0000, 15, .privateNetwork),
        (0xc633_6400, 24, .documentation),
        (0xcb00_7100, 24, .documentation),
        (0xe000_0000, 4, .multicast),
        (0xf000_0000, 4, .reserved),
    ]

    /// As above; only the first 64 bits are ever compared.
    private static let nets6: [(net: UInt64, bits: UInt64, reason: Refusal)] = [
        (0x0064_ff9b_0001_0000, 48, .privateNetwork),
        (0x2001_0db8_0000_0000, 32, .documentation),
        // Protocol assignments, among them Teredo (2001::/32).
        (0x2001_0000_0000_0000, 23, .reserved),
        (0x3fff_0000_0000_0000, 20, .documentation),
        (0xfc00_0000_0000_0000, 7, .privateNetwork),
        (0xfe80_0000_0000_0000, 10, .linkLocal),
        (0xfec0_0000_0000_0000, 10, .privateNetwork),
        (0xff00_0000_0000_0000, 8, .multicast),
    ]
}
