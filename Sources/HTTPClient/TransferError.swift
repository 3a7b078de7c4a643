internal import CCurl

/// Why a transfer did not happen. The text names hosts and addresses but never a path, a query, a
/// header or a password.
package struct TransferError: Error, Equatable {
    /// What to do about it depends on this.
    package enum Kind: String, Sendable {
        /// The URL is malformed or not of a permitted kind. Nothing was sent.
        case url
        /// A header, method or mail address that must not go on the wire. Nothing was sent.
        case request
        /// No address behind the name.
        case resolve
        /// Every address behind the name is forbidden by the policy. Nothing was sent.
        case addressRefused
        /// Nobody answers there.
        case connect
        /// No trusted encryption: certificate, name, version, or STARTTLS is not offered.
        case tls
        /// A time limit passed. The receiver may or may not have acted.
        case timeout
        /// The head of the answer is longer than allowed.
        case tooLarge
        /// The connection ended before a whole answer. The receiver may or may not have acted.
        case closedEarly
        /// `Cancellation` was set. The receiver may or may not have acted.
        case cancelled
        /// The mail server said no; see `replyCode`.
        case rejected
        /// The mail server does not take this user and password.
        case login
        /// An answer that is not the protocol, or no memory.
        case other
    }

    package let kind: Kind
    /// One sentence without secrets.
    package let message: String
    /// The last refusing reply of an SMTP server (400 to 599).
    package let replyCode: Int?

    init(_ kind: Kind, _ message: String, replyCode: Int? = nil) {
        self.kind = kind
        self.message = message
        self.replyCode = replyCode
    }

    /// Whether the same request can only fail again: a bad URL or request, or a 5xx of SMTP.
    package var isPermanent: Bool {
        if let replyCode { return replyCode >= 500 }
        return kind == .url || kind == .request
    }
}

extension TransferError: CustomStringConvertible {
    package var description: String { message }
}

extension TransferError {
    /// What a result of curl means.
    ///
    /// - Parameter detail: curl's own words, used for encryption alone.
    init(_ code: CURLcode, detail: String, transfer: Transfer) {
        let general = unsafe String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_URL_MALFORMAT:
            self.init(.url, "the URL is malformed")
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self.init(.resolve, "the receiver's name has no address")
        case CURLE_COULDNT_CONNECT:
            if let refused = transfer.refused, transfer.attempts == 0 {
                self.init(
                    .addressRefused,
                    "the receiver's address is not allowed: \(refused.rawValue)")
            } else {
                self.init(.connect, "the receiver cannot be connected")
            }
        case CURLE_OPERATION_TIMEDOUT:
            self.init(.timeout, "no answer within the time limit")
        case CURLE_OUT_OF_MEMORY:
            self.init(.tooLarge, "the head of the answer is too long")
        case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE:
            self.init(.closedEarly, "the receiver closed the connection before its answer")
        case CURLE_LOGIN_DENIED:
            self.init(.login, "the mail server does not take this login")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ENGINE_NOTFOUND,
            CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_USE_SSL_FAILED, CURLE_SSL_ENGINE_INITFAILED, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_CRL_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
            let reason = SafeText.shown(detail.isEmpty ? general : detail)
            self.init(.tls, "no trusted encryption with the receiver: \(reason)")
        default:
            self.init(.other, "the transfer failed: \(SafeText.shown(general))")
        }
    }
}
