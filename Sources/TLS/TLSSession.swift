package import Basics
internal import COpenSSL
internal import Glibc
internal import System

/// What came of a call on a ``TLSSession``.
package enum TLSOutcome: Equatable, Sendable {
    /// So many bytes of plain text were moved, at least one (0 only when 0 were asked for).
    case bytes(Int)
    /// Goes on once the descriptor is readable.
    case wantsRead
    /// Goes on once the descriptor is writable; a write must begin with the same bytes again.
    case wantsWrite
    /// The other side has ended the stream or is gone.
    case closed
    /// The session is broken: nothing but closing the descriptor makes sense.
    case failed(TLSError)
}

/// How far a handshake is.
package enum TLSHandshake: Equatable, Sendable {
    /// Both sides may send now.
    case done
    case wantsRead
    case wantsWrite
    /// The other side has gone.
    case closed
    /// Refused by one of the sides, which was told so as far as TLS allows.
    case failed(TLSError)
}

/// One TLS connection over a non-blocking socket.
///
/// Ownership: noncopyable; the descriptor stays its owner's, who closes it after the session is
/// gone. The process must ignore `SIGPIPE`. Threading: one thread at a time. Memory: about 13 kB
/// while nothing is under way. Cost: 4 to 7 µs for a small message each way, about a millisecond
/// of both sides for a full handshake with an RSA key and a fifth of it with one on P-256.
@safe package struct TLSSession: ~Copyable, @unchecked Sendable {
    // Invariant: owned here alone; OpenSSL holds the context as long. Nothing in it is tied to a
    // thread between calls: the queue of errors is empty then.
    private let pointer: OpaquePointer
    /// How it broke, if it did: OpenSSL must be asked nothing more then, not even for a goodbye.
    private var breakage: TLSOutcome?
    /// The last read has seen how the stream ends, behind the bytes that it gave.
    private var hasSeenEnd = false
    /// From so many bytes on a read looks whether there is more in the socket.
    private static let bulk = 4_096

    /// A server's session on a connected descriptor.
    ///
    /// - Throws: where OpenSSL has no memory.
    package init(accepting descriptor: Int32, _ context: TLSContext) throws(TLSError) {
        unsafe pointer = try Self.make(descriptor, context, host: nil)
    }

    /// A client's session on a connected descriptor.
    ///
    /// - Parameter host: the server's name or number, as the certificate must have it.
    /// - Throws: where OpenSSL has no memory or the name cannot be one.
    package init(
        connecting descriptor: Int32, _ context: TLSContext, host: String
    ) throws(TLSError) {
        unsafe pointer = try Self.make(descriptor, context, host: host)
    }

    /// - Parameter host: nil for a server's side.
    private static func make(
        _ descriptor: Int32, _ context: TLSContext, host: String?
    ) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let made = unsafe SSL_new(context.pointer) else {
            throw TLSError("no TLS session: \(ErrorQueue.text(ErrorQueue.takeFirst()))")
        }
        if unsafe SSL_set_fd(made, descriptor) != 1 {
            unsafe SSL_free(made)
            throw TLSError("no TLS session: \(ErrorQueue.text(ErrorQueue.takeFirst()))")
        }
        guard let host else {
            unsafe SSL_set_accept_state(made)
            return unsafe made
        }
        unsafe SSL_set_connect_state(made)
        // A number is looked for among the certificate's addresses and is no name to ask for.
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made), host) != 1 {
            ERR_clear_error()
            if unsafe host.isEmpty || SSL_set1_host(made, host) != 1
                || copenssl_set_server_name(made, host) != 1
            {
                unsafe SSL_free(made)
                ERR_clear_error()
                throw TLSError("\(host) is no name of a server")
            }
        }
        return unsafe made
    }

    deinit { unsafe SSL_free(pointer) }

    /// Whether both sides have finished their handshake.
    package var isReady: Bool { unsafe SSL_is_init_finished(pointer) == 1 }

    /// Whether another read tells of the end though the socket may be silent. Nothing else can be
    /// left inside, so whoever watches the socket for reading misses nothing.
    package var hasEndToRead: Bool { hasSeenEnd }

    /// What was agreed on, such as `TLSv1.3 TLS_AES_256_GCM_SHA384`.
    package var agreement: String {
        // Invariant: both texts are static memory of the library.
        let version = unsafe SSL_get_version(pointer).map { unsafe String(cString: $0) }
        let cipher = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(pointer)).map {
            unsafe String(cString: $0)
        }
        return "\(version ?? "unknown") \(cipher ?? "unknown")"
    }

    /// The certificate that the other side has shown and that was found good; nil without one.
    package var peerCertificate: TLSCertificate? {
        guard let shown = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        defer { unsafe X509_free(shown) }
        guard unsafe SSL_get_verify_result(pointer) == CLong(X509_V_OK) else { return nil }
        return unsafe TLSCertificate(shown)
    }

    /// Takes the handshake as far as the socket allows; call again once it is ready for what was
    /// wanted. Nothing may be read or written before it is done.
    package mutating func handshake() -> TLSHandshake {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(pointer)
        if status == 1 { return .done }
        switch ending(status, errno) {
        case .wantsRead: return .wantsRead
        case .wantsWrite: return .wantsWrite
        case .failed(let error): return .failed(error)
        case .closed, .bytes: return .closed
        }
    }

    /// Appends plain text to `buffer`. Takes the handshake further where it is not done.
    ///
    /// Nothing that was decrypted stays inside: a record that has begun is taken to its end, so up
    /// to 16 KiB more than `maximum` may come. Records that wait in the socket make it readable.
    package mutating func read(into buffer: inout ByteBuffer, maximum: Int) -> TLSOutcome {
        if maximum <= 0 { return .bytes(0) }
        hasSeenEnd = false
        if let breakage { return breakage }
        ERR_clear_error()
        var total = 0
        var wanted = maximum
        while wanted > 0 {
            var status: CInt = 1
            var number: Int32 = 0
            let count = unsafe buffer.appendFrom(maximum: wanted) { space in
                var count = 0
                status = unsafe SSL_read_ex(pointer, space.baseAddress, space.count, &count)
                number = errno
                return status == 1 ? count : 0
            }
            if status != 1 {
                let end = ending(status, number)
                if total == 0 { return end }
                hasSeenEnd = end != .wantsRead
                break
            }
            total += count
            let isBulk = total >= Self.bulk
            wanted = unsafe max(Int(SSL_pending(pointer)), isBulk ? maximum - total : 0)
        }
        return .bytes(total)
    }

    /// Sends as much of `bytes` as the socket takes.
    ///
    /// When it gives `wantsWrite`, or fewer bytes than there were, the next call must begin with
    /// the first byte that was not taken; the bytes may have moved and more may follow them.
    package mutating func write(_ bytes: Span<UInt8>) -> TLSOutcome {
        if bytes.isEmpty { return .bytes(0) }
        if let breakage { return breakage }
        ERR_clear_error()
        var total = 0
        while total < bytes.count {
            var count = 0
            var number: Int32 = 0
            let rest = bytes.extracting(total..<bytes.count)
            let status = unsafe rest.withUnsafeBytes { part in
                let status = unsafe SSL_write_ex(pointer, part.baseAddress, part.count, &count)
                number = errno
                return status
            }
            if status != 1 {
                let end = ending(status, number)
                return total > 0 ? .bytes(total) : end
            }
            total += count
        }
        return .bytes(total)
    }

    /// Tells the other side that nothing more is sent; does not wait for its answer, nor for room
    /// in the socket.
    package mutating func shutdown() {
        if breakage != nil || !isReady { return }
        ERR_clear_error()
        _ = unsafe SSL_shutdown(pointer)
        ERR_clear_error()
    }

    /// Reads what a call that did not succeed has left, and empties the queue of errors.
    private mutating func ending(_ status: CInt, _ number: Int32) -> TLSOutcome {
        switch unsafe SSL_get_error(pointer, status) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        case SSL_ERROR_SYSCALL:
            ERR_clear_error()
            return broken(by: number)
        default:
            let outcome = TLSOutcome.failed(TLSError(reason(ErrorQueue.takeFirst())))
            breakage = outcome
            return outcome
        }
    }

    private mutating func broken(by number: Int32) -> TLSOutcome {
        let outcome: TLSOutcome =
            switch number {
            case 0, EPIPE, ECONNRESET, ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: .closed
            default:
                .failed(TLSError("\(SystemError(number: number, operation: "read or write"))"))
            }
        breakage = outcome
        return outcome
    }

    private func reason(_ error: UInt) -> String {
        if copenssl_is_library_reason(error, SSL_R_CERTIFICATE_VERIFY_FAILED) == 1 {
            let verdict = unsafe SSL_get_verify_result(pointer)
            // Invariant: the text is static memory of the library.
            let text = unsafe String(cString: X509_verify_cert_error_string(verdict))
            return "the other side's certificate is not accepted: \(text)"
        }
        return ErrorQueue.sentence(error)
    }
}
