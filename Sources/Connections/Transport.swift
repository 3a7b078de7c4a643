package import Basics
package import EventLoop
import Glibc
package import System
package import TLS

/// What carries a connection's bytes: the plain socket, or a TLS session over it.
///
/// With TLS nothing may be written before `isReady`, and a connection that is not ready counts as
/// one that has sent nothing yet: `handshake` makes it ready, and so do the first reads. Nothing
/// decrypted stays inside: whoever watches the descriptor misses nothing but an end, which
/// `hasUnreadBytes` tells.
///
/// Ownership: noncopyable; closes its socket when it goes out of scope. Deregister from the loop
/// before that. Threading: the loop's thread. Cost: the plain branch is one look at an optional
/// over the socket's own call; TLS adds 4 to 7 µs for a small message each way.
package struct Transport: ~Copyable {
    /// How a handshake stands.
    package enum Handshake: Equatable, Sendable {
        /// Data may flow; a plain socket is always there.
        case done
        /// Call again when the descriptor is readable.
        case wantsRead
        /// Call again when the descriptor is writable.
        case wantsWrite
        /// The peer is gone or will not do, for this reason: close.
        case failed(String)
    }

    private let socket: Socket
    private var session: TLSSession?
    /// The last read has stopped because the socket took no more bytes of a handshake.
    private var waitsForRoom = false

    /// Bytes as they are.
    package init(plain socket: consuming Socket) { self.socket = socket }

    /// The server's side of TLS.
    ///
    /// - Parameter context: nil for bytes as they are.
    /// - Throws: where there is no memory; the socket is closed then.
    package init(_ socket: consuming Socket, _ context: TLSContext?) throws(TLSError) {
        if let context {
            session = try TLSSession(accepting: socket.descriptor, context)
        }
        self.socket = socket
    }

    /// A client's side of TLS.
    ///
    /// - Parameter host: the server's name or number, as its certificate must have it.
    /// - Throws: where the name cannot be one; the socket is closed then.
    package init(
        _ socket: consuming Socket, connecting context: TLSContext, host: String
    ) throws(TLSError) {
        session = try TLSSession(connecting: socket.descriptor, context, host: host)
        self.socket = socket
    }

    /// For the loop.
    package var descriptor: Int32 { socket.descriptor }

    /// Whether the bytes are encrypted on the wire.
    package var isEncrypted: Bool { session != nil }

    /// Whether data may flow: a plain socket is always ready, TLS once both sides have shaken
    /// hands.
    package var isReady: Bool {
        switch session {
        case .some(let session): session.isReady
        case .none: true
        }
    }

    /// Whether a read should be tried again once the descriptor is writable.
    package var wantsRoom: Bool { waitsForRoom }

    /// Whether another read tells something though the descriptor may say nothing of it: the end,
    /// which came together with the last bytes.
    package var hasUnreadBytes: Bool {
        switch session {
        case .some(let session): session.hasEndToRead
        case .none: false
        }
    }

    /// What was agreed on, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`; nil without TLS.
    package var agreement: String? {
        switch session {
        case .some(let session): session.agreement
        case .none: nil
        }
    }

    /// The subject of the certificate that the peer has shown and that was found good.
    package var peerSubject: String? {
        switch session {
        case .some(let session): session.peerCertificate?.subject
        case .none: nil
        }
    }

    /// Goes on with the handshake, for those who do not leave it to the first reads.
    package mutating func handshake() -> Handshake {
        switch session?.handshake() {
        case .done, nil: .done
        case .wantsRead: .wantsRead
        case .wantsWrite: .wantsWrite
        case .closed: .failed("the client has gone")
        case .failed(let error): .failed(error.message)
        }
    }

    /// Appends what has arrived to `buffer`: at most `maximum` bytes, with TLS up to 16 KiB more.
    ///
    /// - Throws: what no peer should do; with TLS `EPROTO` and a sentence about what was wrong.
    package mutating func read(
        into buffer: inout ByteBuffer, maximum: Int
    ) throws(SystemError) -> Socket.Transfer {
        waitsForRoom = false
        guard let outcome = session?.read(into: &buffer, maximum: maximum) else {
            return try socket.read(into: &buffer, maximum: maximum)
        }
        waitsForRoom = outcome == .wantsWrite
        return try Self.transfer(outcome)
    }

    /// Sends as much of `bytes` as fits. What did not fit must come first in the next call.
    package mutating func write(_ bytes: Span<UInt8>) throws(SystemError) -> Socket.Transfer {
        guard let outcome = session?.write(bytes) else { return try socket.write(bytes) }
        // Once it is ready a session never waits for the peer in order to write.
        return outcome == .wantsRead ? .closed : try Self.transfer(outcome)
    }

    private static func transfer(_ outcome: TLSOutcome) throws(SystemError) -> Socket.Transfer {
        switch outcome {
        case .bytes(let count): return .bytes(count)
        case .wantsRead, .wantsWrite: return .wouldBlock
        case .closed: return .closed
        case .failed(let error):
            throw SystemError(number: EPROTO, operation: error.message)
        }
    }

    /// As ``write(_:)``, for buffers that are a property of an object, whose spans cannot leave the
    /// access.
    package mutating func write(
        _ buffer: borrowing ByteBuffer, from offset: Int
    ) throws(SystemError) -> Socket.Transfer {
        try write(buffer.bytes(in: offset..<buffer.count))
    }

    /// What a read or write failed of, for a log: of TLS only the sentence.
    package static func reason(of error: SystemError) -> String {
        error.number == EPROTO ? error.operation : "\(error)"
    }

    /// Tells the peer that nothing more will be sent.
    package mutating func shutdownWriting() {
        session?.shutdown()
        socket.shutdownWriting()
    }

    /// Has what has not arrived thrown away at the end: for peers that do not read.
    package func discardUnsent() { socket.discardUnsent() }

    /// Ends both directions, without closing yet.
    package mutating func shutdownBoth() {
        session?.shutdown()
        socket.shutdownBoth()
    }
}
