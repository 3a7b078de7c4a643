import Basics

/// What makes two requests "the same": their words, whatever the case of command and option words
/// and the order of the options. Positional words and values count as they were sent.
enum RequestHash {
    /// 64 bits over all words, each with its length; for words in capitals, in the order of the
    /// manual, the same as `asSent`. Complexity: about 1 ns per 8 bytes, and 10 ns an option.
    static func of(_ words: borrowing ArgumentVector, _ spec: CommandSpec) -> UInt64 {
        if let hash = spec.grammar.canonicalHash(words) { return hash }
        // Nothing comes of a request that does not follow its grammar; its password must not stay.
        return spec.grammar.hasSecret ? 0 : asSent(words)
    }

    /// 64 bits over all words as they are: what older stores keep.
    static func asSent(_ words: borrowing ArgumentVector) -> UInt64 {
        var hash: UInt64 = UInt64(words.count)
        for index in 0..<words.count { hash = FastHash.hash64(words[index], seed: hash) }
        return hash
    }

    /// Whether a request is the one that `stored` was made of.
    ///
    /// - Parameter hash: the request's own.
    static func matches(
        _ stored: UInt64, _ hash: UInt64, _ words: borrowing ArgumentVector
    ) -> Bool {
        stored == hash || stored == asSent(words)
    }
}
