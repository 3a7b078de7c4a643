/// The sets of ASCII characters that HTTP's grammars are made of, as 128 bits each.
struct CharacterClass: Sendable {
    private let low: UInt64
    private let high: UInt64

    private init(_ low: UInt64, _ high: UInt64) {
        self.low = low
        self.high = high
    }

    /// `token`: letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: CharacterClass {
        CharacterClass(0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe)
    }

    /// `pchar`, `%` and `/`: what a path is made of.
    static var path: CharacterClass {
        CharacterClass(0x2fff_fff2_0000_0000, 0x47ff_fffe_87ff_ffff)
    }

    /// The path's, `?`, and ``[]{}|^`\``, which browsers send as they are.
    static var query: CharacterClass {
        CharacterClass(0xafff_fff2_0000_0000, 0x7fff_ffff_ffff_ffff)
    }

    /// Letters, digits, `-`, `.`, `_` and `~`: what a host's name is made of here.
    static var host: CharacterClass {
        CharacterClass(0x03ff_6000_0000_0000, 0x47ff_fffe_87ff_fffe)
    }

    /// `cookie-octet` of RFC 6265.
    static var cookie: CharacterClass {
        CharacterClass(0xf7ff_effa_0000_0000, 0x7fff_ffff_efff_ffff)
    }

    /// `token68` of RFC 9110: letters, digits, `-._~+/` and `=`.
    static var token68: CharacterClass {
        CharacterClass(0x23ff_e800_0000_0000, 0x47ff_fffe_87ff_fffe)
    }

    @inline(__always) func contains(_ byte: UInt8) -> Bool {
        let word = byte & 0x40 == 0 ? low : high
        return byte < 0x80 && (word &>> UInt64(byte & 0x3f)) & 1 == 1
    }

    /// Whether all of `bytes` are in it; true for none.
    func containsAll(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count where !contains(bytes[index]) { return false }
        return true
    }
}

extension UInt8 {
    /// `A`–`Z` as `a`–`z`, anything else as it is.
    @inline(__always) var lowercased: UInt8 {
        self &- 0x41 < 26 ? self | 0x20 : self
    }

    var isDigit: Bool { self &- 0x30 < 10 }

    /// The value of a hexadecimal digit, or nil.
    var hexValue: UInt8? {
        if self &- 0x30 < 10 { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }
}

extension Span where Element == UInt8 {
    /// Whether this is `lowercase` in any mixture of cases.
    func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
        if count != lowercase.utf8CodeUnitCount { return false }
        let start = lowercase.utf8Start
        for index in 0..<count where self[index].lowercased != start[index] { return false }
        return true
    }

    /// The range of `range` without spaces and tabs at its ends.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end && isBlank(self[start]) { start += 1 }
        while start < end && isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
