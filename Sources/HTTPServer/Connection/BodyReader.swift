import Basics
import HTTPCore

/// A request whose body is being received.
final class BodyReader {
    let exchange: Exchange
    /// What came of it.
    private(set) var bytes = ByteBuffer(capacity: 512)
    /// Bytes of the body without its framing, whether kept or not.
    private(set) var receivedBytes = 0
    /// Whether the bytes are thrown away: the request is refused already.
    private let isDiscarding: Bool
    private var remaining: UInt64 = 0
    private var chunked: ChunkedDecoder?

    /// - Parameter limit: more bytes are refused; a length above it must have been.
    init(_ exchange: Exchange, limit: Int) {
        self.exchange = exchange
        isDiscarding = exchange.refusal != nil
        switch exchange.head.bodyFraming {
        case .none: break
        case .length(let length): remaining = length
        case .chunked: chunked = ChunkedDecoder(maximumBytes: limit)
        }
    }

    /// Takes what belongs to the body from the front of `input`.
    ///
    /// - Returns: how many bytes it took, and whether the body is whole now.
    func take(_ input: Span<UInt8>) throws(HTTPRefusal) -> (consumed: Int, isWhole: Bool) {
        let before = bytes.count
        var consumed = input.count
        var isWhole = false
        if chunked != nil {
            switch chunked?.decode(input, into: &bytes) {
            case .more, nil: break
            case .done(let count):
                consumed = count
                isWhole = true
            case .refused(let refusal): throw refusal
            }
            receivedBytes += bytes.count - before
        } else {
            if remaining < UInt64(consumed) { consumed = Int(remaining) }
            remaining -= UInt64(consumed)
            receivedBytes += consumed
            if !isDiscarding { bytes.append(input.extracting(0..<consumed)) }
            isWhole = remaining == 0
        }
        if isDiscarding { bytes.removeAll() }
        return (consumed, isWhole)
    }
}
