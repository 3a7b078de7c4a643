import Basics
import Compression

/// What all connections of the edge share, so that an idle one keeps little memory of its own.
final class HTTPScratch {
    private var readBuffer: ByteBuffer?
    /// Made when it is first needed: it has 256 KiB.
    private var encoder: GzipEncoder?

    /// A body as gzip; nil where it cannot be made.
    func gzip(_ body: [UInt8]) -> [UInt8]? {
        if encoder == nil { encoder = try? GzipEncoder() }
        return try? encoder?.compress(body)
    }

    /// The loop's read buffer; a new one while it is in use.
    func takeReadBuffer() -> ByteBuffer {
        if let buffer = readBuffer.take() { return buffer }
        return ByteBuffer(capacity: HTTPServer.readBytes)
    }

    func returnReadBuffer(_ buffer: consuming ByteBuffer) {
        if buffer.capacity < HTTPServer.readBytes || buffer.capacity > 1 << 20 { return }
        var empty = buffer
        empty.removeAll()
        readBuffer = consume empty
    }
}
