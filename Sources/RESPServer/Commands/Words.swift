import Basics
import Ledger

extension Span where Element == UInt8 {
    /// The word as text; bytes that are not UTF-8 become U+FFFD.
    var lossyText: String { validatedText ?? String(decoding: bytesCopy, as: UTF8.self) }

    /// A copy of the word.
    var bytesCopy: [UInt8] {
        var copy: [UInt8] = []
        copy.reserveCapacity(count)
        for index in 0..<count { copy.append(self[index]) }
        return copy
    }

    /// The number that the word's decimal digits give; nil for anything else, or beyond 64 bits.
    var unsignedNumber: UInt64? {
        if isEmpty || count > 20 { return nil }
        var value: UInt64 = 0
        for index in 0..<count {
            let digit = self[index] &- 48
            if digit > 9 { return nil }
            let (product, tooBig) = value.multipliedReportingOverflow(by: 10)
            let (sum, over) = product.addingReportingOverflow(UInt64(digit))
            if tooBig || over { return nil }
            value = sum
        }
        return value
    }

    /// The whole number, with an optional `-`.
    var number: Int64? {
        if isEmpty { return nil }
        if self[0] != UInt8(ascii: "-") {
            return unsignedNumber.flatMap { Int64(exactly: $0) }
        }
        guard let magnitude = extracting(1..<count).unsignedNumber else { return nil }
        if magnitude == Int64.min.magnitude { return .min }
        return Int64(exactly: magnitude).map { -$0 }
    }
}

extension ArgumentVector {
    /// The word as a whole number.
    ///
    /// - Throws: Redis's own text for anything else.
    func integer(_ index: Int) throws(CommandError) -> Int64 {
        guard let number = self[index].number else {
            throw CommandError(.err, "value is not an integer or out of range")
        }
        return number
    }

    func text(_ index: Int) -> String { self[index].lossyText }

    /// Copies of the words from `first` on.
    func copies(from first: Int = 0) -> [[UInt8]] {
        var words: [[UInt8]] = []
        for index in first..<max(first, count) { words.append(self[index].bytesCopy) }
        return words
    }
}

extension CommandError {
    /// Redis's own text for words that cannot be understood.
    static let syntaxError = CommandError(.err, "syntax error")
}
