internal import Basics
internal import COpenSSL

/// Keys, certificates and rules that the sessions of one side share.
///
/// TLS 1.2 and 1.3 only, with ciphers that keep the past secret should the key be stolen later; no
/// renegotiation, no compression. Ownership: lives until the last session that began with it ends,
/// so a new context can take its place at any time. Threading: never changes, any thread. Cost:
/// some 100 µs for a server's; a client's that trusts the system's authorities takes milliseconds.
@safe package final class TLSContext: @unchecked Sendable {
    // Invariant: owned here alone, counted by OpenSSL for each session, and configured only while
    // nobody else has it; after that OpenSSL itself locks what it changes inside.
    let pointer: OpaquePointer

    /// The side's own certificate; nil for a client that has none.
    package private(set) var certificate: TLSCertificate?
    /// What an operator should be told, in sentences: an expired certificate, a key that everybody
    /// can read. Nothing here keeps TLS from working.
    package private(set) var warnings: [String] = []

    private init(_ method: OpaquePointer?) throws(TLSError) {
        ERR_clear_error()
        guard let pointer = unsafe SSL_CTX_new(method) else {
            throw TLSError("OpenSSL cannot be used: \(ErrorQueue.text(ErrorQueue.takeFirst()))")
        }
        unsafe self.pointer = pointer
    }

    deinit { unsafe SSL_CTX_free(pointer) }

    /// A server's side.
    ///
    /// - Parameters:
    ///   - files: the certificate that is shown.
    ///   - application: what is spoken above TLS.
    ///   - clients: whether clients show certificates too.
    ///   - authorities: the file of those that vouch for clients; needed unless `clients` is off.
    ///   - now: seconds since 1970 UTC, for the warnings.
    /// - Throws: a sentence that names the file and what is wrong with it.
    package static func server(
        _ files: TLSFiles, application: TLSApplication, clients: ClientCertificates = .off,
        authorities: String? = nil, now: Int64
    ) throws(TLSError) -> TLSContext {
        let context = unsafe try TLSContext(TLS_server_method())
        try context.prepare()
        try context.show(files, now: now)
        if clients != .off {
            guard let authorities else {
                throw TLSError("client certificates need a file of their authorities")
            }
            try context.demand(from: authorities, isRequired: clients == .required)
        }
        if application == .http { context.chooseHTTP() }
        return context
    }

    /// A client's side: it accepts only servers whose certificate has the right name and leads to
    /// an authority.
    ///
    /// - Parameters:
    ///   - authorities: a file of authorities that are trusted, and no other; nil: the system's.
    ///   - files: the client's own certificate, for servers that ask for one.
    ///   - now: as for a server.
    /// - Throws: a sentence that names the file and what is wrong with it.
    package static func client(
        authorities: String? = nil, files: TLSFiles? = nil, now: Int64
    ) throws(TLSError) -> TLSContext {
        let context = unsafe try TLSContext(TLS_client_method())
        try context.prepare()
        if let authorities {
            try context.trust(authorities)
        } else {
            _ = unsafe SSL_CTX_set_default_verify_paths(context.pointer)
        }
        unsafe SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        if let files { try context.show(files, now: now) }
        return context
    }

    /// Ciphers of TLS 1.2: forward secret and authenticated; 1.3 has no others.
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"
    /// Names this server in tickets, which OpenSSL demands where clients show certificates.
    private static let ticketScope = Array("entrepot".utf8)

    private func prepare() throws(TLSError) {
        let scope = Self.ticketScope
        unsafe copenssl_set_rules(pointer)
        if unsafe copenssl_set_oldest_version(pointer, TLS1_2_VERSION) != 1
            || SSL_CTX_set_cipher_list(pointer, Self.ciphers) != 1
            || SSL_CTX_set_session_id_context(pointer, scope, CUnsignedInt(scope.count)) != 1
        {
            throw TLSError("OpenSSL refuses TLS: \(ErrorQueue.text(ErrorQueue.takeFirst()))")
        }
        // A key with a passphrase must not ask the terminal for it.
        unsafe SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, _ in 0 }
    }

    private func show(_ files: TLSFiles, now: Int64) throws(TLSError) {
        warnings += try PEMFile.certificate(files.certificate).warnings
        if unsafe SSL_CTX_use_certificate_chain_file(pointer, files.certificate) != 1 {
            throw PEMFile.refusal(files.certificate, "certificate")
        }
        warnings += try PEMFile.key(files.key).warnings
        if unsafe SSL_CTX_use_PrivateKey_file(pointer, files.key, SSL_FILETYPE_PEM) != 1
            || SSL_CTX_check_private_key(pointer) != 1
        {
            throw PEMFile.keyRefusal(files)
        }
        guard let own = unsafe SSL_CTX_get0_certificate(pointer) else { return }
        let certificate = unsafe TLSCertificate(own)
        self.certificate = certificate
        if let warning = certificate.warning(about: files.certificate, now: now) {
            warnings.append(warning)
        }
    }

    private func trust(_ authorities: String) throws(TLSError) {
        _ = try PEMFile.certificate(authorities)
        if unsafe SSL_CTX_load_verify_locations(pointer, authorities, nil) != 1 {
            throw PEMFile.refusal(authorities, "certificate")
        }
    }

    private func demand(from authorities: String, isRequired: Bool) throws(TLSError) {
        try trust(authorities)
        // The list tells clients which of their certificates would do; the context takes it over.
        guard let names = unsafe SSL_load_client_CA_file(authorities) else {
            throw PEMFile.refusal(authorities, "certificate")
        }
        unsafe SSL_CTX_set_client_CA_list(pointer, names)
        let rules = SSL_VERIFY_PEER | (isRequired ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0)
        unsafe SSL_CTX_set_verify(pointer, rules, nil)
    }

    private func chooseHTTP() {
        // Invariant: `offered` holds `count` bytes for the length of the call, and what is chosen
        // may lie among them.
        unsafe SSL_CTX_set_alpn_select_cb(
            pointer,
            { _, chosen, length, offered, count, _ in
                let names = unsafe UnsafeBufferPointer(start: offered, count: Int(count))
                guard let place = unsafe ApplicationNames.http(in: names.span) else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                unsafe chosen?.pointee = names.baseAddress.map { unsafe $0 + place.lowerBound }
                unsafe length?.pointee = UInt8(place.count)
                return SSL_TLSEXT_ERR_OK
            }, nil)
    }
}

/// The list of protocols in a client's hello (RFC 7301): names behind bytes of their length.
enum ApplicationNames {
    /// Where `http/1.1` stands; nil where it does not.
    static func http(in names: Span<UInt8>) -> Range<Int>? {
        let wanted = Array("http/1.1".utf8)
        var next = 0
        while next < names.count {
            let start = next + 1
            let end = start + Int(names[next])
            if end > names.count { return nil }
            if names.extracting(start..<end).equals(wanted.span) { return start..<end }
            next = end
        }
        return nil
    }
}
