package import Basics
package import Domain

/// Reads the words of one request from left to right and says in one sentence what is wrong.
///
/// Positional arguments come first, then options in any order, each once:
///
///     var cursor = ArgumentCursor(at: 2)
///     let station = try cursor.identifier(words, "station")
///     while let option = try cursor.option(words, of: ListOption.self) { switch option { … } }
///
/// Ownership: a few words on the stack; the request is passed to each call. Every call either steps
/// over what it took or throws.
package struct ArgumentCursor {
    /// The next word.
    package var position: Int
    /// The options met so far, by their place among the cases.
    private var seen: UInt64 = 0
    /// The option whose value is read next, for messages.
    private var openOption: String?

    /// - Parameter position: the first word to read; the command's own words stand before it.
    package init(at position: Int) { self.position = position }

    package func isAtEnd(_ words: borrowing ArgumentVector) -> Bool { position >= words.count }

    package func remaining(_ words: borrowing ArgumentVector) -> Int {
        max(0, words.count - position)
    }

    // MARK: Words and options

    /// The next word, whatever it holds.
    ///
    /// - Parameter name: what a message calls it.
    /// - Throws: `SYNTAX` at the end of the request.
    @_lifetime(borrow words)
    package mutating func word(
        _ words: borrowing ArgumentVector, _ name: StaticString
    ) throws(CommandError) -> Span<UInt8> {
        if position >= words.count { throw missing(name) }
        position += 1
        openOption = nil
        return words[position - 1]
    }

    /// Whether the next word is `keyword` in any case; steps over it if so.
    package mutating func matchKeyword(
        _ words: borrowing ArgumentVector, _ keyword: StaticString
    ) -> Bool {
        if !peekKeyword(words, keyword) { return false }
        position += 1
        return true
    }

    /// Whether the next word is `keyword` in any case.
    package func peekKeyword(
        _ words: borrowing ArgumentVector, _ keyword: StaticString
    ) -> Bool {
        position < words.count && words[position].equalsFolded(keyword)
    }

    /// Steps over `keyword`.
    ///
    /// - Throws: `SYNTAX` where another word stands, or none.
    package mutating func expectKeyword(
        _ words: borrowing ArgumentVector, _ keyword: StaticString
    ) throws(CommandError) {
        if matchKeyword(words, keyword) { return }
        if position >= words.count { throw CommandError(.syntax, "\(keyword) is missing") }
        throw CommandError(
            .syntax, "\(keyword) is expected, got \(ValueError.quoted(words[position]))")
    }

    /// Steps over the next option word; nil at the end of the request.
    ///
    /// - Parameter type: its raw values are the option words in capitals; at most 64 cases.
    /// - Throws: `SYNTAX` for a word that is no option of the command, and for a repeated one.
    package mutating func option<Option>(
        _ words: borrowing ArgumentVector, of type: Option.Type
    ) throws(CommandError) -> Option?
    where Option: RawRepresentable & CaseIterable, Option.RawValue == String {
        if position >= words.count { return nil }
        var bit: UInt64 = 1
        for option in type.allCases {
            if FoldedWord.equals(words[position], option.rawValue.utf8.span) {
                if seen & bit != 0 {
                    throw CommandError(.syntax, "option \(option.rawValue) is given twice")
                }
                seen |= bit
                position += 1
                openOption = option.rawValue
                return option
            }
            bit <<= 1
        }
        let known = type.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandError(
            .syntax,
            "unknown option \(ValueError.quoted(words[position]))"
                + (known.isEmpty ? "" : ", expected one of \(known)"))
    }

    /// Ends the reading.
    ///
    /// - Throws: `SYNTAX` where words are left.
    package func finish(_ words: borrowing ArgumentVector) throws(CommandError) {
        if position >= words.count { return }
        throw CommandError(.syntax, "unknown option \(ValueError.quoted(words[position]))")
    }

    private func missing(_ name: StaticString) -> CommandError {
        if let openOption { return CommandError(.syntax, "option \(openOption) needs a value") }
        return CommandError(.syntax, "the \(name) is missing")
    }
}

// MARK: Values

extension ArgumentCursor {
    /// An id: 1–64 bytes, not a reserved word of the grammar (those make no ids).
    ///
    /// - Throws: `SYNTAX` for anything else.
    package mutating func identifier(
        _ words: borrowing ArgumentVector, _ name: StaticString
    ) throws(CommandError) -> Identifier {
        let word = try word(words, name)
        guard let id = Identifier(word) else {
            throw CommandError(
                .syntax,
                "\(name) \(ValueError.quoted(word)) is not an id: 1-64 letters, digits, '.', '_' "
                    + "or '-', beginning with a letter or digit")
        }
        return id
    }

    /// A currency's code: 2–8 capitals.
    ///
    /// - Throws: `SYNTAX` for anything else.
    package mutating func currency(
        _ words: borrowing ArgumentVector, _ name: StaticString = "currency"
    ) throws(CommandError) -> CurrencyCode {
        let word = try word(words, name)
        guard let code = CurrencyCode(word) else {
            throw CommandError(
                .syntax, "\(name) \(ValueError.quoted(word)) is not a code of 2-8 capitals")
        }
        return code
    }

    /// Text of valid UTF-8.
    ///
    /// - Parameter maximumBytes: the longest that is taken.
    /// - Throws: `SYNTAX` for bytes that are not text, `LIMIT` where it is longer.
    package mutating func text(
        _ words: borrowing ArgumentVector, _ name: StaticString, maximumBytes: Int
    ) throws(CommandError) -> String {
        let word = try word(words, name)
        if word.count > maximumBytes {
            throw CommandError(
                .limit, "\(name) has \(word.count) bytes, the limit is \(maximumBytes)")
        }
        guard let text = word.validatedText else {
            throw CommandError(.syntax, "\(name) \(ValueError.quoted(word)) is not valid UTF-8")
        }
        return text
    }

    /// A whole number within `limits`.
    ///
    /// - Throws: `SYNTAX` for another form, `RANGE` outside the limits.
    package mutating func integer(
        _ words: borrowing ArgumentVector, _ name: StaticString,
        in limits: ClosedRange<Int64> = .min ... .max
    ) throws(CommandError) -> Int64 {
        let word = try word(words, name)
        do throws(ValueError) {
            let value = try QuantityText.parse(word, name: name)
            if limits.contains(value) { return value }
            throw ValueError.range(
                limits.upperBound == .max
                    ? "\(name) must be at least \(limits.lowerBound), got \(value)"
                    : "\(name) must be \(limits.lowerBound) to \(limits.upperBound), got \(value)")
        } catch { throw CommandError(error) }
    }

    /// A quantity of goods: a whole number above zero.
    ///
    /// - Throws: `SYNTAX` for another form, `RANGE` below 1.
    package mutating func quantity(
        _ words: borrowing ArgumentVector, _ name: StaticString = "quantity"
    ) throws(CommandError) -> Int64 {
        try integer(words, name, in: 1...Int64.max)
    }

    /// The value of `LIMIT`: 1 to the most records of a page.
    ///
    /// - Throws: `SYNTAX` for another form, `RANGE` outside.
    package mutating func limit(
        _ words: borrowing ArgumentVector, _ limits: Limits
    ) throws(CommandError) -> Int {
        Int(try integer(words, "LIMIT", in: 1...Int64(max(1, limits.pageRecords))))
    }

    /// A moment: RFC 3339, or `+7d` behind `now`.
    ///
    /// - Parameter now: what a relative time counts from; nil: none is taken.
    /// - Throws: `SYNTAX` for another form, `RANGE` for a moment beyond the year 9999.
    package mutating func timestamp(
        _ words: borrowing ArgumentVector, _ name: StaticString, now: Timestamp? = nil
    ) throws(CommandError) -> Timestamp {
        let word = try word(words, name)
        if let now, word.count > 1, word[0] == UInt8(ascii: "+") {
            do throws(ValueError) {
                let span = try DurationText.parse(word.extracting(1..<word.count))
                if let moment = now.adding(milliseconds: span) { return moment }
                throw ValueError.range("\(name) lies behind the year 9999")
            } catch { throw CommandError(error) }
        }
        guard let moment = Timestamp(rfc3339: word) else {
            let other = now == nil ? "" : " nor a duration such as +7d"
            throw CommandError(
                .syntax,
                "\(name) \(ValueError.quoted(word)) is no time such as 2026-11-20T12:00:00Z\(other)"
            )
        }
        return moment
    }

    /// A place in the log: a bare integer is a seq, anything else RFC 3339.
    ///
    /// - Throws: `SYNTAX` for another form, `RANGE` for a negative seq.
    package mutating func seqOrTime(
        _ words: borrowing ArgumentVector, _ name: StaticString
    ) throws(CommandError) -> LogPlace {
        if position < words.count, Self.isNumber(words[position]) {
            return .seq(UInt64(try integer(words, name, in: 0...Int64.max)))
        }
        return .time(try timestamp(words, name))
    }

    private static func isNumber(_ word: Span<UInt8>) -> Bool {
        if word.isEmpty { return true }
        let start = word[0] == UInt8(ascii: "-") ? 1 : 0
        for index in start..<word.count where word[index] &- 0x30 > 9 { return false }
        return true
    }
}

/// A place in the log as a request names it.
package enum LogPlace: Equatable, Sendable {
    case seq(UInt64)
    case time(Timestamp)
}

extension ArgumentCursor {
    /// One of some names, in any case.
    ///
    /// - Throws: `SYNTAX` for another word, naming all that are taken.
    package mutating func choice<Choice>(
        _ words: borrowing ArgumentVector, _ name: StaticString, _ choices: [Choice],
        _ text: (Choice) -> StaticString
    ) throws(CommandError) -> Choice {
        let word = try word(words, name)
        for choice in choices where word.equalsFolded(text(choice)) { return choice }
        let known = choices.map { "\(text($0))" }.joined(separator: ", ")
        throw CommandError(
            .syntax, "\(name) \(ValueError.quoted(word)) is none of \(known)")
    }
}
