/// A numeric address of the internet protocol, version 4 or 6, read without asking anybody.
///
/// An IPv4 address that is written or comes in through IPv6 (`::ffff:192.0.2.1`) is the IPv4
/// address.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The 128 bits; an IPv4 address in the lowest 32.
    package let bits: UInt128
    package let isVersion4: Bool

    package init(version4 bits: UInt32) {
        self.bits = UInt128(bits)
        isVersion4 = true
    }

    package init(version6 bits: UInt128) {
        let isMapped = bits >> 32 == 0xffff
        self.bits = isMapped ? bits & 0xffff_ffff : bits
        isVersion4 = isMapped
    }

    /// Reads `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0` (the zone is left out); nil for anything
    /// else, names and unusual spellings such as `127.1` or `010.0.0.1` included.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)
        if bytes.count > 64 { return nil }
        if let zone = bytes.firstIndex(of: UInt8(ascii: "%")) {
            if zone + 1 == bytes.count || !bytes.contains(UInt8(ascii: ":")) { return nil }
            bytes.removeSubrange(zone...)
        }
        if bytes.contains(UInt8(ascii: ":")) {
            guard let bits = Self.version6(bytes[...]) else { return nil }
            self.init(version6: bits)
        } else {
            guard let bits = Self.version4(bytes[...]) else { return nil }
            self.init(version4: bits)
        }
    }

    /// The usual spelling; the longest run of zero groups of IPv6 is written `::` (RFC 5952).
    package var description: String {
        if isVersion4 {
            return (0..<4).map { "\(bits >> UInt128(24 - 8 * $0) & 0xff)" }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && groups[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = end + 1
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }

    /// Whether only this machine can be behind it.
    package var isLoopback: Bool {
        isVersion4 ? bits >> 24 == 127 : bits == 1
    }

    /// What one subscriber of a network has: an IPv4 address itself, the first 64 bits of an IPv6
    /// address, which its holder may vary below at will.
    package var household: IPAddress {
        isVersion4 ? self : IPAddress(version6: bits & ~0xffff_ffff_ffff_ffff)
    }

    private static func version4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        if parts.count != 4 { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.allSatisfy({ $0 &- 0x30 <= 9 }) else {
                return nil
            }
            if part.count > 1 && part.first == 0x30 { return nil }
            let number = part.reduce(UInt32(0)) { $0 * 10 + UInt32($1 - 0x30) }
            if number > 255 { return nil }
            bits = bits << 8 | number
        }
        return bits
    }

    private static func version6(_ text: ArraySlice<UInt8>) -> UInt128? {
        var text = text
        // A tail in the form of version 4 is two groups.
        var tail: UInt32?
        if let colon = text.lastIndex(of: UInt8(ascii: ":")), text.contains(UInt8(ascii: ".")) {
            guard let bits = version4(text[(colon + 1)...]) else { return nil }
            tail = bits
            text = text[...colon]
            if text.count >= 2, text[colon - 1] != UInt8(ascii: ":") { text.removeLast() }
        }
        let wanted = tail == nil ? 8 : 6
        var groups: [UInt16] = []
        var gap: Int?
        if let place = gapIndex(text) {
            guard let left = Self.groups(text[..<place]),
                let right = Self.groups(text[(place + 2)...]), left.count + right.count < wanted
            else { return nil }
            gap = left.count
            groups = left + right
        } else {
            guard let all = Self.groups(text), all.count == wanted else { return nil }
            groups = all
        }
        if let gap {
            groups.insert(
                contentsOf: repeatElement(0, count: wanted - groups.count), at: gap)
        }
        let head = groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) }
        return tail.map { head << 32 | UInt128($0) } ?? head
    }

    /// Where the first `::` stands.
    private static func gapIndex(_ text: ArraySlice<UInt8>) -> Int? {
        text.indices.dropLast().first {
            text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":")
        }
    }

    /// Groups of one to four hexadecimal digits with colons between them; none for nothing.
    private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        for part in text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            if !(1...4).contains(part.count) || groups.count == 8 { return nil }
            var group: UInt16 = 0
            for byte in part {
                guard let digit = digit(byte) else { return nil }
                group = group << 4 | digit
            }
            groups.append(group)
        }
        return groups
    }

    private static func digit(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x37)
        case 0x61...0x66: UInt16(byte - 0x57)
        default: nil
        }
    }
}
