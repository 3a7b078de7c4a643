internal import COpenSSL

/// Why there is no TLS: a sentence for whoever set it up or reads the log.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Names the file or says what the other side did; no full stop at the end.
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}

/// OpenSSL's queue of errors belongs to the thread: what one call leaves there poisons the next
/// one, of whatever connection. So it is emptied before each call that can fail and behind it.
enum ErrorQueue {
    /// The oldest error, which is the cause of those behind it, or 0; the queue is empty then.
    static func takeFirst() -> UInt {
        let error = ERR_get_error()
        ERR_clear_error()
        return error
    }

    /// OpenSSL's own words for `error`.
    static func text(_ error: UInt) -> String {
        // Invariant: the text is static memory of the library.
        guard error != 0, let reason = unsafe ERR_reason_error_string(error) else {
            return "unknown error"
        }
        return unsafe String(cString: reason)
    }

    /// What went wrong between two sides, as a sentence.
    static func sentence(_ error: UInt) -> String {
        for (reason, sentence) in sentences where copenssl_is_library_reason(error, reason) == 1 {
            return sentence
        }
        return text(error)
    }

    private static let sentences: [(CInt, String)] = [
        (SSL_R_HTTP_REQUEST, "plain HTTP came where TLS is spoken"),
        (SSL_R_HTTPS_PROXY_REQUEST, "plain HTTP came where TLS is spoken"),
        (SSL_R_WRONG_VERSION_NUMBER, "what came is not TLS"),
        (SSL_R_UNSUPPORTED_PROTOCOL, "the other side knows no TLS newer than 1.1"),
        (SSL_R_VERSION_TOO_LOW, "the other side knows no TLS newer than 1.1"),
        (SSL_R_NO_SHARED_CIPHER, "there is no cipher that both sides know"),
        (SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, "the client showed no certificate"),
        (SSL_R_NO_APPLICATION_PROTOCOL, "the client wants another protocol than HTTP/1.1"),
        (SSL_R_EE_KEY_TOO_SMALL, "its key is too short (RSA: 2048 bits at least)"),
        (SSL_R_CA_MD_TOO_WEAK, "its signature is too weak (SHA-256 at least)"),
        (SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the other side does not know this certificate's authority"),
        (
            SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
            "the other side asks for a client certificate"
        ),
        (SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the other side refuses this side's certificate"),
        (SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the other side calls the certificate expired"),
        (SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "the other side refuses this version of TLS"),
    ]
}
