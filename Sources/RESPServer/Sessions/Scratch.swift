import Basics
import Ledger

/// What all sessions of one loop share, so that a command allocates nothing in the steady state.
final class Scratch {
    /// The words of the request that is being run.
    var arguments = ArgumentVector(capacity: 4 << 10)
    /// The same without its prefixes.
    var shifted = ArgumentVector()
    let reply = Reply()
    private var readBuffer: ByteBuffer?

    /// The loop's read buffer; a new one while it is in use.
    func takeReadBuffer() -> ByteBuffer {
        if let buffer = readBuffer.take() { return buffer }
        return ByteBuffer(capacity: RESPServer.sharedReadBytes)
    }

    func returnReadBuffer(_ buffer: consuming ByteBuffer) {
        if buffer.capacity < RESPServer.sharedReadBytes || buffer.capacity > 1 << 20 { return }
        var empty = buffer
        empty.removeAll()
        readBuffer = consume empty
    }
}
