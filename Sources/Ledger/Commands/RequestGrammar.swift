import Basics
import Domain

/// How the words of a command stand in a request, read from the syntax line that the manual shows:
/// which words are the command's own, how many positional ones follow, and its options.
///
/// Enough to tell option words from values, without looking anything up: two spellings of one
/// request can be recognised, and one option of a request be named.
struct RequestGrammar: Sendable {
    struct Option: Sendable {
        /// In capitals.
        let word: String
        /// The values behind it.
        let values: Int
        /// The values are words with a colon, as many as there are.
        let takesLines: Bool
        /// `NONE` may stand in place of the values.
        let takesNone: Bool
        /// The value is a password.
        let isSecret: Bool
    }

    /// The most options that are put into one order; a command with more keeps the order sent.
    private static let sortable = 24

    /// What the manual calls a value that must not be told.
    private static let secret: Substring = "password"

    /// The command's words in capitals.
    let words: [String]
    let positional: Int
    /// `item:qty` words follow the positional ones.
    let hasLines: Bool
    let options: [Option]
    /// The positional word that is a password, counted from 0.
    let secretWord: Int?

    init(name: String, syntax: String) {
        words = name.split(separator: " ").map(String.init)
        var positional = 0
        var hasLines = false
        var secretWord: Int?
        var options: [Option] = []
        var open: (word: String, values: [Substring])?
        func close() {
            guard let found = open else { return }
            open = nil
            let isLines = found.values.first?.contains(":") == true
            options.append(
                Option(
                    word: found.word, values: isLines ? 0 : found.values.count,
                    takesLines: isLines,
                    takesNone: found.values.contains { $0.hasSuffix("|NONE") },
                    isSecret: found.values.contains(Self.secret)))
        }
        for part in Self.parts(syntax) {
            let tokens = part.text.split(separator: " ").filter { $0 != "..." && $0 != "|" }
            if part.isGroup { close() }
            for token in tokens {
                if Self.isOptionWord(token) {
                    close()
                    open = (String(token), [])
                } else if open != nil {
                    open?.values.append(token)
                } else if token.contains(":") {
                    hasLines = true
                } else {
                    if token == Self.secret { secretWord = positional }
                    positional += 1
                }
            }
            if part.isGroup { close() }
        }
        close()
        self.positional = positional
        self.hasLines = hasLines
        self.secretWord = secretWord
        self.options = options
    }

    /// The syntax cut at the brackets that stand for something that may be left out.
    private static func parts(_ syntax: String) -> [(text: String, isGroup: Bool)] {
        var parts: [(text: String, isGroup: Bool)] = []
        var text = ""
        var depth = 0
        var before: Character = " "
        for character in syntax {
            // `item:qty[@price]` is one word.
            if character == "[" && depth == 0 && before == " " {
                parts.append((text, false))
                text = ""
                depth = 1
            } else if character == "[" && depth > 0 {
                depth += 1
                text.append(character)
            } else if character == "]" && depth == 1 {
                parts.append((text, true))
                text = ""
                depth = 0
            } else {
                if character == "]" && depth > 0 { depth -= 1 }
                text.append(character)
            }
            before = character
        }
        parts.append((text, false))
        return parts
    }

    private static func isOptionWord(_ token: Substring) -> Bool {
        token.utf8.allSatisfy { $0 >= 0x41 && $0 <= 0x5a }
    }

    // MARK: Requests

    /// Where the options of a request begin.
    func firstOption(_ request: borrowing ArgumentVector) -> Int {
        var position = min(words.count + positional, request.count)
        if hasLines { position = Self.endOfLines(request, from: position) }
        return position
    }

    private static func endOfLines(_ request: borrowing ArgumentVector, from first: Int) -> Int {
        var position = first
        while position < request.count, Lookup.hasColon(request[position]) { position += 1 }
        return position
    }

    /// The option whose word stands at `position`, by its place in `options`.
    func option(_ request: borrowing ArgumentVector, at position: Int) -> Int? {
        for index in options.indices
        where FoldedWord.equals(request[position], options[index].word.utf8.span) {
            return index
        }
        return nil
    }

    /// Where the option whose word stands at `position` ends.
    func end(
        of option: Int, _ request: borrowing ArgumentVector, at position: Int
    ) -> Int {
        let shape = options[option]
        if shape.takesLines { return Self.endOfLines(request, from: position + 1) }
        if isNone(shape, request, at: position + 1) { return position + 2 }
        return min(position + 1 + shape.values, request.count)
    }

    private func isNone(
        _ option: Option, _ request: borrowing ArgumentVector, at position: Int
    ) -> Bool {
        option.takesNone && position < request.count && request[position].equalsFolded("NONE")
    }

    /// The words of an option in a request, its own word first; nil where it is not given.
    func range(of word: String, in request: borrowing ArgumentVector) -> Range<Int>? {
        var position = firstOption(request)
        while position < request.count {
            guard let found = option(request, at: position) else { return nil }
            let end = end(of: found, request, at: position)
            if options[found].word == word { return position..<end }
            position = end
        }
        return nil
    }

    /// Whether a request holds a password.
    var hasSecret: Bool { secretWord != nil || options.contains { $0.isSecret } }

    // MARK: Canonical form

    /// A hash over the request as it would be sent with command and option words in capitals and
    /// the options in the order of the manual; nil where the words do not follow the grammar.
    ///
    /// Positional words and values count as they were sent; passwords do not: the hash is kept, and
    /// guesses could be tried against it.
    func canonicalHash(_ request: borrowing ArgumentVector) -> UInt64? {
        if request.count < words.count || options.count > Self.sortable { return nil }
        var hash = UInt64(request.count)
        for word in words { hash = FastHash.hash64(word.utf8.span, seed: hash) }
        let first = firstOption(request)
        for index in words.count..<first where index - words.count != secretWord {
            hash = FastHash.hash64(request[index], seed: hash)
        }
        if first == request.count { return hash }
        // Where each option stands; 0: nowhere.
        var places = InlineArray<24, Int>(repeating: 0)
        var position = first
        while position < request.count {
            guard let found = option(request, at: position), places[found] == 0 else { return nil }
            places[found] = position
            position = end(of: found, request, at: position)
        }
        for index in options.indices where places[index] != 0 {
            hash = hashed(index, request, at: places[index], seed: hash)
        }
        return hash
    }

    private func hashed(
        _ option: Int, _ request: borrowing ArgumentVector, at position: Int, seed: UInt64
    ) -> UInt64 {
        let shape = options[option]
        var hash = FastHash.hash64(shape.word.utf8.span, seed: seed)
        if isNone(shape, request, at: position + 1) {
            let none: String = "NONE"
            return FastHash.hash64(none.utf8.span, seed: hash)
        }
        if shape.isSecret { return hash }
        for index in position + 1..<end(of: option, request, at: position) {
            hash = FastHash.hash64(request[index], seed: hash)
        }
        return hash
    }
}
