internal import CCurl

/// Hands mails to one SMTP server.
///
/// The connection is kept for the next mail. Ownership: noncopyable. Threading: one thread at a
/// time, any thread; `send` blocks it.
package struct SMTPClient: ~Copyable, Sendable {
    /// Whether the conversation is encrypted by STARTTLS; certificates are verified each time.
    package enum Encryption: String, Sendable, Equatable {
        /// No mail goes out without it.
        case required
        /// Used where offered. An attacker on the way can take the offer out.
        case optional
        case off
    }

    /// A user of the mail server.
    package struct Login: Sendable, Equatable {
        package var user: String
        package var password: String

        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// The server and how to talk to it.
    package struct Server: Sendable, Equatable {
        /// A name or an address, without brackets.
        package var host: String
        package var port: UInt16
        package var encryption: Encryption
        package var login: Login?
        /// Whether the password may go out where `encryption` is not `required`.
        package var allowsPlainPassword: Bool
        /// What this side calls itself in EHLO.
        package var helloName: String
        /// A PEM file of authorities that are trusted instead of the system's.
        package var certificates: String?

        package init(
            host: String, port: UInt16 = 587, encryption: Encryption = .required,
            login: Login? = nil, allowsPlainPassword: Bool = false,
            helloName: String = "localhost", certificates: String? = nil
        ) {
            self.host = host
            self.port = port
            self.encryption = encryption
            self.login = login
            self.allowsPlainPassword = allowsPlainPassword
            self.helloName = helloName
            self.certificates = certificates
        }
    }

    /// The server took the mail over.
    package struct Receipt: Sendable, Equatable {
        package let remoteAddress: String
        package let milliseconds: Int
    }

    private let handle: CurlHandle
    private let server: Server
    private let url: String

    /// - Throws: `url` for a bad host or hello name, `request` for a login that must not be sent,
    ///   `other` where libcurl cannot start.
    package init(server: Server, policy: AddressPolicy) throws(TransferError) {
        guard SafeText.isHost(server.host), server.port > 0 else {
            throw TransferError(.url, "the mail server is not a host and port")
        }
        guard SafeText.isHost(server.helloName), !server.helloName.contains(":") else {
            throw TransferError(.url, "the name for EHLO is not a host")
        }
        if let login = server.login {
            guard server.encryption == .required || server.allowsPlainPassword else {
                throw TransferError(.request, "a password needs encryption to be required")
            }
            guard SafeText.isHeaderValue(login.user), SafeText.isHeaderValue(login.password) else {
                throw TransferError(.request, "the login holds a control character")
            }
        }
        let host = server.host.contains(":") ? "[\(server.host)]" : server.host
        handle = try CurlHandle(policy: policy)
        self.server = server
        url = "smtp://\(host):\(server.port)/\(server.helloName)"
    }

    /// Sends one mail to all recipients or to none: the server's first refusal ends it.
    ///
    /// - Parameters:
    ///   - sender: where failures are reported to.
    ///   - recipients: 1 to 100 addresses of the envelope.
    ///   - message: head and body with CR LF after each line; the dots are curl's matter.
    /// - Throws: `rejected` with the server's code (a 5xx is permanent), `login`, and the other
    ///   kinds as `HTTPClient.send`. After `timeout`, `closedEarly` and `cancelled` the mail may
    ///   have been taken.
    package mutating func send(
        from sender: String, to recipients: [String], message: [UInt8],
        limits: TransferLimits = TransferLimits(), cancellation: Cancellation? = nil
    ) throws(TransferError) -> Receipt {
        let list = try envelope(sender, recipients)
        if let objection = SafeText.mailObjection(message) {
            throw TransferError(.request, objection)
        }
        try handle.begin(
            url: url, protocols: "smtp", limits: limits, certificates: server.certificates)
        defer { handle.end() }
        try prepare(limits)
        try handle.set(CURLOPT_MAIL_FROM, sender)
        try handle.set(CURLOPT_MAIL_RCPT, list)
        try handle.setUpload(bytes: message.count)
        let transfer = handle.transfer
        let isOptional = server.encryption == .optional
        transfer.begin(.mail(MailDialogue(encryptionIsOptional: isOptional)), upload: message)
        let outcome = try handle.perform(cancellation)
        guard case .mail(let dialogue) = transfer.conversation, case .finished(let code) = outcome
        else { throw TransferError(.cancelled, "the mail was cancelled") }
        guard code == CURLE_OK else { throw failure(code, dialogue) }
        return Receipt(
            remoteAddress: handle.remoteAddress, milliseconds: handle.elapsedMilliseconds)
    }

    private func envelope(
        _ sender: String, _ recipients: [String]
    ) throws(TransferError) -> CurlList {
        guard SafeText.isMailAddress(sender) else {
            throw TransferError(.request, "the sender is not a mail address")
        }
        guard (1...100).contains(recipients.count) else {
            throw TransferError(.request, "a mail has 1 to 100 recipients")
        }
        var list = CurlList()
        for recipient in recipients {
            guard SafeText.isMailAddress(recipient) else {
                throw TransferError(.request, "a recipient is not a mail address")
            }
            try list.append(recipient)
        }
        return list
    }

    private func prepare(_ limits: TransferLimits) throws(TransferError) {
        let encryption =
            switch server.encryption {
            case .required: CURLUSESSL_ALL
            case .optional: CURLUSESSL_TRY
            case .off: CURLUSESSL_NONE
            }
        try handle.set(CURLOPT_USE_SSL, Int(encryption.rawValue))
        // In seconds; the total limit is the real one.
        let seconds = min(max(limits.totalMilliseconds, 1), 86_400_000) / 1_000 + 1
        try handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, seconds)
        if let login = server.login {
            try handle.set(CURLOPT_USERNAME, login.user)
            try handle.set(CURLOPT_PASSWORD, login.password)
        }
    }

    private func failure(_ code: CURLcode, _ dialogue: MailDialogue) -> TransferError {
        let general = TransferError(
            code, detail: handle.failureText, transfer: handle.transfer)
        guard let refusal = dialogue.refusalCode else { return general }
        if general.kind == .login {
            // The server's words might repeat what it was sent.
            return TransferError(
                .login, "\(general.message): \(refusal)", replyCode: refusal)
        }
        switch code {
        case CURLE_SEND_ERROR, CURLE_WEIRD_SERVER_REPLY, CURLE_REMOTE_ACCESS_DENIED:
            return TransferError(
                .rejected, "the mail server refuses: \(refusal) \(dialogue.refusalText)",
                replyCode: refusal)
        default: return general
        }
    }
}
