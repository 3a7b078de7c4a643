internal import COpenSSL

/// What is known about a certificate that was loaded or shown.
package struct TLSCertificate: Sendable, Equatable {
    /// The distinguished name, such as `CN=trade.example,O=Guild`.
    package let subject: String
    /// The first second of its validity, since 1970 UTC.
    package let begins: Int64
    /// The second it ends, since 1970 UTC.
    package let ends: Int64

    /// How long before its end a certificate is worth a warning, in seconds.
    static let nearEnd: Int64 = 14 * 86_400

    // Invariant: the certificate is alive for the length of this call, its parts live as long.
    init(_ certificate: OpaquePointer) {
        begins = unsafe copenssl_unix_seconds(X509_get0_notBefore(certificate))
        ends = unsafe copenssl_unix_seconds(X509_get0_notAfter(certificate))
        subject = unsafe Self.text(X509_get_subject_name(certificate))
    }

    /// What is wrong with its time at `now` (seconds since 1970): a sentence about `path`, or nil.
    package func warning(about path: String, now: Int64) -> String? {
        if now >= ends { return "the certificate in \(path) has expired: clients will refuse it" }
        if now < begins { return "the certificate in \(path) is not valid yet" }
        if ends - now >= Self.nearEnd { return nil }
        let days = (ends - now) / 86_400
        if days == 0 { return "the certificate in \(path) expires within a day" }
        return "the certificate in \(path) expires in \(days) \(days == 1 ? "day" : "days")"
    }

    private static func text(_ name: OpaquePointer?) -> String {
        guard let name = unsafe name, let memory = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(memory) }
        // What is not printable is escaped, so the text is safe in a log line.
        guard unsafe copenssl_print_name(memory, name) >= 0 else {
            return ""
        }
        var text = [UInt8](repeating: 0, count: 512)
        let count = unsafe BIO_read(memory, &text, CInt(text.count))
        return String(decoding: text.prefix(max(Int(count), 0)), as: UTF8.self)
    }
}
