package import Basics
package import EventLoop
package import System

/// What carries a connection's bytes: the plain socket, or later a TLS session over it.
///
/// Ownership: noncopyable; closes its socket when it goes out of scope. Deregister from the loop
/// before that. Threading: the loop's thread. Cost: the plain branch is one switch over the
/// socket's own call.
package struct Transport: ~Copyable {
    /// How a handshake stands.
    package enum Handshake: Equatable, Sendable {
        /// Data may flow; a plain socket is always there.
        case done
        /// Call again when the descriptor is readable.
        case wantsRead
        /// Call again when the descriptor is writable.
        case wantsWrite
        /// The peer is gone or speaks something else: close.
        case failed
    }

    private let socket: Socket

    /// Bytes as they are.
    package init(plain socket: consuming Socket) { self.socket = socket }

    /// For the loop.
    package var descriptor: Int32 { socket.descriptor }

    /// Whether the bytes are encrypted on the wire.
    package var isEncrypted: Bool { false }

    /// Goes on with the handshake; must be `done` before the first read or write.
    package func handshake() -> Handshake { .done }

    /// Appends what has arrived to `buffer`, at most `maximum` bytes.
    package func read(
        into buffer: inout ByteBuffer, maximum: Int
    ) throws(SystemError) -> Socket.Transfer {
        try socket.read(into: &buffer, maximum: maximum)
    }

    /// Whether more can be read although the descriptor does not say so: it was decrypted already.
    package var hasUnreadBytes: Bool { false }

    /// Sends as much of `bytes` as fits.
    package func write(_ bytes: Span<UInt8>) throws(SystemError) -> Socket.Transfer {
        try socket.write(bytes)
    }

    /// Tells the peer that nothing more will be sent.
    package func shutdownWriting() { socket.shutdownWriting() }

    /// Ends both directions, without closing yet.
    package func shutdownBoth() { socket.shutdownBoth() }
}
