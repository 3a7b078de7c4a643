/// The words of one request, owning a copy of their bytes: a command may keep working with them
/// while its connection reads on.
///
/// One vector is meant to be filled again and again (one per loop is enough): in the steady state
/// a request costs no allocation. Threading: none of its own.
package struct ArgumentVector: ~Copyable {
    // Invariant: every range of `words` lies inside `0..<storage.count`.
    @usableFromInline var storage: ByteBuffer
    @usableFromInline var words: [Range<Int>]
    @usableFromInline var openWord: Int
    /// The sum of the lengths of all words.
    @usableFromInline package private(set) var byteCount: Int
    /// Whether the request came as a RESP array; otherwise it was an inline line.
    package var isFromArray: Bool

    /// - Parameter capacity: bytes to reserve for the words.
    package init(capacity: Int = 512) {
        storage = ByteBuffer(capacity: capacity)
        words = []
        words.reserveCapacity(16)
        openWord = 0
        byteCount = 0
        isFromArray = false
    }

    /// The number of words.
    @inlinable package var count: Int { words.count }
    @inlinable package var isEmpty: Bool { words.isEmpty }

    /// The bytes of word `index`; traps unless it is in `0..<count`.
    @inlinable @_lifetime(borrow self)
    package func argument(_ index: Int) -> Span<UInt8> {
        storage.bytes(in: words[index])
    }

    /// The same as ``argument(_:)``.
    @inlinable package subscript(_ index: Int) -> Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.bytes(in: words[index]) }
    }

    /// Adds a copy of `word` as the next word.
    @inlinable package mutating func append(_ word: Span<UInt8>) {
        storage.append(word)
        closeWord()
    }

    /// Adds a copy of `word` as the next word.
    @inlinable package mutating func append(_ word: String) {
        storage.append(word)
        closeWord()
    }

    /// Adds bytes to the word being built, which ``closeWord()`` ends.
    @inlinable package mutating func extendWord(_ bytes: Span<UInt8>) { storage.append(bytes) }

    /// Adds one byte to the word being built, which ``closeWord()`` ends.
    @inlinable package mutating func extendWord(_ byte: UInt8) { storage.append(byte) }

    /// Ends the word being built; a word without bytes is an empty word.
    @inlinable package mutating func closeWord() {
        words.append(openWord..<storage.count)
        byteCount += storage.count - openWord
        openWord = storage.count
    }

    /// Replaces the words by parts of `request`, copied as one piece.
    ///
    /// - Parameter ranges: one range of `request` per word; traps if one lies outside.
    @inlinable package mutating func adopt(_ request: Span<UInt8>, words ranges: [Range<Int>]) {
        removeAll()
        storage.append(request)
        openWord = storage.count
        for range in ranges {
            precondition(range.upperBound <= request.count && range.lowerBound >= 0)
            words.append(range)
            byteCount += range.count
        }
    }

    /// Forgets the words and keeps the storage, up to 64 KiB of it.
    @inlinable package mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        storage.removeAll(keeping: 64 << 10)
        openWord = 0
        byteCount = 0
        isFromArray = false
    }
}
