/// Which clients must show a certificate of their own.
package enum ClientCertificates: String, Sendable, CaseIterable {
    /// Nobody is asked.
    case off
    /// Asked for; one that is shown must be good.
    case optional
    /// Nobody gets in without a good one.
    case required
}

/// The files behind one side of TLS, all in PEM form.
package struct TLSFiles: Sendable, Equatable {
    /// The certificate and behind it those that lead to its authority.
    package let certificate: String
    /// The private key of `certificate`, without a passphrase.
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// What a listener of a server speaks above TLS.
package enum TLSApplication: Sendable {
    /// Nothing that browsers would negotiate.
    case commands
    /// HTTP/1.1: a client that names its protocols must name this one among them.
    case http
}
