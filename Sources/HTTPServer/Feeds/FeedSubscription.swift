/// One feed of one connection: where it is in its audience's stream or, before it has caught up, in
/// the log.
final class FeedSubscription {
    let audience: FeedAudience
    /// The connection; it holds its subscriptions.
    unowned let stream: FeedStream
    /// The client's name for it; empty where there is only one.
    let id: String
    /// Among the audience's members; nil while it is behind, and when it has left.
    var place: Int?
    /// While it is behind: the last event that it has been shown or that was not for it.
    var position: UInt64
    /// Whether it is listed as one that reads the log.
    var isListedAsBehind = false
    /// The chunk that it is at; nil while it is behind.
    private(set) var chunk: FeedChunk?
    private var offset = 0
    /// Whether it is over: nothing behind the present chunk is sent.
    private(set) var isEnded = false

    init(_ audience: FeedAudience, _ stream: FeedStream, id: String, position: UInt64) {
        self.audience = audience
        self.stream = stream
        self.id = id
        self.position = position
    }

    /// It has everything up to now: what its audience gets next is for it too.
    func joinAudience() {
        chunk = audience.last
        offset = audience.last.bytes.count
        audience.join(self)
    }

    /// Ends it; what has been sent of a chunk must still become whole.
    func cut() {
        isEnded = true
        if isMidChunk, let chunk {
            // The same bytes without what follows.
            self.chunk = FeedChunk(chunk.bytes, start: chunk.start)
        } else {
            chunk = nil
        }
    }

    /// Whether part of a chunk has been sent and nothing else may be.
    var isMidChunk: Bool {
        guard let chunk else { return false }
        return offset > 0 && offset < chunk.bytes.count
    }

    /// Bytes that have not been sent.
    var unsentBytes: UInt64 {
        guard let chunk else { return 0 }
        let end = isEnded ? chunk.end : audience.last.end
        return end &- chunk.start &- UInt64(offset)
    }

    /// The next bytes: the rest of the present chunk alone where it is large, else copied together
    /// with those behind it, so that one call of the system sends many events.
    ///
    /// - Parameter scratch: where they are put together; empty.
    func nextBytes(_ scratch: inout [UInt8]) -> ArraySlice<UInt8> {
        guard var chunk else { return [] }
        var offset = offset
        if offset == chunk.bytes.count, let next = chunk.next {
            (chunk, offset) = (next, 0)
        }
        let rest = chunk.bytes.count - offset
        if rest >= 16 << 10 || chunk.next == nil { return chunk.bytes[offset...] }
        while scratch.count + chunk.bytes.count - offset <= 64 << 10 {
            scratch += chunk.bytes[offset...]
            guard let next = chunk.next else { break }
            (chunk, offset) = (next, 0)
        }
        return scratch[...]
    }

    /// `count` of the next bytes have been sent.
    func advance(_ count: Int) {
        guard var chunk else { return }
        offset += count
        while offset > chunk.bytes.count || (offset == chunk.bytes.count && chunk.next != nil) {
            guard let next = chunk.next else { break }
            offset -= chunk.bytes.count
            chunk = next
        }
        self.chunk = chunk
    }
}
