/// Frames of events that are the same for many subscribers: written once, never changed, and linked
/// to what came next.
///
/// Each subscriber holds the chunk that it is at, and so all behind it; what everybody has got is
/// let go by itself.
final class FeedChunk {
    let bytes: [UInt8]
    /// Where the chunk begins, counted in bytes from its audience's first.
    let start: UInt64
    private(set) var next: FeedChunk?

    init(_ bytes: [UInt8], start: UInt64) {
        self.bytes = bytes
        self.start = start
    }

    var end: UInt64 { start &+ UInt64(bytes.count) }

    /// Appends a chunk to the last one.
    func append(_ bytes: [UInt8]) -> FeedChunk {
        let chunk = FeedChunk(bytes, start: end)
        next = chunk
        return chunk
    }

    deinit {
        // One after the other: a long chain would overflow the stack.
        guard var chunk = next else { return }
        next = nil
        while isKnownUniquelyReferenced(&chunk) {
            guard let following = chunk.next else { return }
            chunk.next = nil
            chunk = following
        }
    }
}
