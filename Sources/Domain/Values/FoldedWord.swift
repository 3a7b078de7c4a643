/// Compares command and option words without regard to ASCII case. Nothing here allocates but
/// `upperCased`.
package enum FoldedWord {
    /// Whether `word` is `other` in any case; bytes beyond ASCII letters must be equal.
    @inlinable package static func equals(_ word: Span<UInt8>, _ other: StaticString) -> Bool {
        word.equalsFolded(other)
    }

    /// Whether both words are the same in any case.
    @inlinable package static func equals(_ word: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        let count = word.count
        if count != other.count { return false }
        for index in 0..<count where upper(word[index]) != upper(other[index]) { return false }
        return true
    }

    /// The byte as an ASCII capital if it is a small letter.
    @inlinable @inline(__always)
    package static func upper(_ byte: UInt8) -> UInt8 {
        byte &- 0x61 < 26 ? byte & 0xdf : byte
    }

    /// The word in capitals; bytes that are not UTF-8 become U+FFFD.
    package static func upperCased(_ word: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.count)
        for index in 0..<word.count { bytes.append(upper(word[index])) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Span where Element == UInt8 {
    /// Whether this is `word` in any ASCII case; bytes beyond ASCII letters must be equal.
    @inlinable package func equalsFolded(_ word: StaticString) -> Bool {
        if count != word.utf8CodeUnitCount { return false }
        let start = word.utf8Start  // static storage: valid for the whole program
        for index in 0..<count {
            let byte = self[index]
            let difference = byte ^ start[index]
            if difference == 0 { continue }
            // The cases of a letter differ in one bit, and only letters have cases.
            if difference != 0x20 || (byte | 0x20) &- 0x61 >= 26 { return false }
        }
        return true
    }
}
