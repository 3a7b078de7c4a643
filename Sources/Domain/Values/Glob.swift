/// Redis' glob patterns, for PSUBSCRIBE, CONFIG GET and event filters.
///
/// `*` any bytes, `?` one byte, `[abc]`, `[a-z]`, `[^a]` one byte of (or not of) a class, `\x` the
/// byte x. An unclosed class ends with the pattern, a lone `\` at the end is itself. Cost: no
/// recursion, no allocation; a mismatch goes back to the last `*` only, so a match takes at most
/// pattern × text steps, and `maximumPatternBytes` bounds the first factor.
package enum Glob {
    /// Longer patterns are refused by `check` and match nothing.
    package static let maximumPatternBytes = 256

    /// - Throws: `.range` if the pattern is longer than `maximumPatternBytes`.
    package static func check(_ pattern: Span<UInt8>) throws(ValueError) {
        if pattern.count > maximumPatternBytes {
            throw .range(
                "pattern \(ValueError.quoted(pattern)) is longer than \(maximumPatternBytes) bytes")
        }
    }

    /// Whether the whole of `text` matches.
    ///
    /// - Parameter folded: compare ASCII letters without regard to case (CONFIG GET).
    package static func matches(
        _ text: Span<UInt8>, pattern: Span<UInt8>, folded: Bool = false
    ) -> Bool {
        if pattern.count > maximumPatternBytes { return false }
        var textIndex = 0
        var patternIndex = 0
        // Where to go on after a mismatch: behind the last star, one byte later in the text.
        var retryPattern: Int?
        var retryText = 0
        while textIndex < text.count {
            if patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
                patternIndex += 1
                retryPattern = patternIndex
                retryText = textIndex
                continue
            }
            if patternIndex < pattern.count,
                let next = step(text[textIndex], pattern, patternIndex, folded)
            {
                textIndex += 1
                patternIndex = next
                continue
            }
            guard let retry = retryPattern else { return false }
            retryText += 1
            textIndex = retryText
            patternIndex = retry
        }
        while patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
            patternIndex += 1
        }
        return patternIndex == pattern.count
    }

    /// Where the pattern goes on if its element at `index` takes `byte`; nil if it does not.
    private static func step(
        _ byte: UInt8, _ pattern: Span<UInt8>, _ index: Int, _ folded: Bool
    ) -> Int? {
        switch pattern[index] {
        case UInt8(ascii: "?"): return index + 1
        case UInt8(ascii: "["): return classStep(byte, pattern, index + 1, folded)
        case UInt8(ascii: "\\") where index + 1 < pattern.count:
            return same(byte, pattern[index + 1], folded) ? index + 2 : nil
        default: return same(byte, pattern[index], folded) ? index + 1 : nil
        }
    }

    private static func classStep(
        _ byte: UInt8, _ pattern: Span<UInt8>, _ start: Int, _ folded: Bool
    ) -> Int? {
        let end = pattern.count
        var index = start
        let isNegated = index < end && pattern[index] == UInt8(ascii: "^")
        if isNegated { index += 1 }
        var isInside = false
        while index < end, pattern[index] != UInt8(ascii: "]") {
            if pattern[index] == UInt8(ascii: "\\"), index + 1 < end {
                isInside = isInside || same(byte, pattern[index + 1], folded)
                index += 2
            } else if index + 2 < end, pattern[index + 1] == UInt8(ascii: "-"),
                pattern[index + 2] != UInt8(ascii: "]")
            {
                isInside =
                    isInside || isBetween(byte, pattern[index], pattern[index + 2], folded)
                index += 3
            } else {
                isInside = isInside || same(byte, pattern[index], folded)
                index += 1
            }
        }
        return isInside != isNegated ? min(index + 1, end) : nil
    }

    private static func same(_ left: UInt8, _ right: UInt8, _ folded: Bool) -> Bool {
        folded ? FoldedWord.upper(left) == FoldedWord.upper(right) : left == right
    }

    private static func isBetween(
        _ byte: UInt8, _ one: UInt8, _ other: UInt8, _ folded: Bool
    ) -> Bool {
        let value = folded ? FoldedWord.upper(byte) : byte
        let first = folded ? FoldedWord.upper(one) : one
        let last = folded ? FoldedWord.upper(other) : other
        return value >= min(first, last) && value <= max(first, last)
    }
}
