/// Networks, each by an address and the number of bits that count: `10.0.0.0/8`, `::1`.
package struct AddressRanges: Sendable, Equatable {
    /// One network.
    package struct Range: Sendable, Equatable, CustomStringConvertible {
        /// Zero below the bits that count.
        package let address: IPAddress
        package let prefixBits: Int

        /// Reads `ADDRESS` or `ADDRESS/BITS`; nil for anything else, and where bits below those
        /// that count are set (`10.0.0.1/8` is a mistake).
        package init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard (1...2).contains(parts.count), let address = IPAddress(String(parts[0])) else {
                return nil
            }
            let width = address.isVersion4 ? 32 : 128
            var bits = width
            if parts.count == 2 {
                let digits = parts[1].utf8
                guard (1...3).contains(digits.count), digits.allSatisfy({ $0 &- 0x30 <= 9 }),
                    let number = Int(parts[1]), number <= width
                else { return nil }
                bits = number
            }
            if address.bits & Self.mask(width - bits) != 0 { return nil }
            self.address = address
            prefixBits = bits
        }

        package var description: String { "\(address)/\(prefixBits)" }

        /// Whether an address lies inside.
        package func contains(_ other: IPAddress) -> Bool {
            if other.isVersion4 != address.isVersion4 { return false }
            let rest = (address.isVersion4 ? 32 : 128) - prefixBits
            return other.bits & ~Self.mask(rest) == address.bits
        }

        /// So many low bits; 0…128.
        private static func mask(_ bits: Int) -> UInt128 {
            bits >= 128 ? .max : (UInt128(1) << UInt128(bits)) - 1
        }
    }

    /// As they were given.
    package let ranges: [Range]

    package init(_ ranges: [Range] = []) { self.ranges = ranges }

    /// Reads networks with commas and spaces between them; nil where one is none.
    package init?(_ text: String) {
        var ranges: [Range] = []
        for part in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
            guard let range = Range(String(part)) else { return nil }
            ranges.append(range)
        }
        self.ranges = ranges
    }

    package var isEmpty: Bool { ranges.isEmpty }

    /// Whether an address lies in one of them; false for what is no numeric address.
    ///
    /// - Complexity: O(ranges).
    package func contains(_ text: String) -> Bool {
        guard let address = IPAddress(text) else { return false }
        return ranges.contains { $0.contains(address) }
    }
}
