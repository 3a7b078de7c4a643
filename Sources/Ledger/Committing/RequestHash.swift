import Basics

/// What makes two requests "the same": their words as they were sent.
enum RequestHash {
    /// 64 bits over all words, each with its length. Complexity: about 1 ns per 8 bytes.
    static func of(_ words: borrowing ArgumentVector) -> UInt64 {
        var hash: UInt64 = UInt64(words.count)
        for index in 0..<words.count { hash = FastHash.hash64(words[index], seed: hash) }
        return hash
    }
}
