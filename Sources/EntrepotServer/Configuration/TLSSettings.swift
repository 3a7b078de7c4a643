package import TLS

/// Which listeners speak TLS once there is a certificate.
package enum TLSListeners: String, SettingValue {
    case both
    case tcp
    case http

    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "both|tcp|http"
}

extension ClientCertificates: SettingValue {
    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "off|optional|required"
}

extension SettingTable {
    /// What the listeners encrypt with (docs/operating.md).
    static let security: [Setting] = [
        .file(
            "tls_certificate", \.tlsCertificate, .security,
            "The certificate in PEM form and those that lead to its authority; with it both "
                + "listeners speak TLS. Read again at SIGHUP."),
        .file(
            "tls_key", \.tlsKey, .security,
            "The key of `tls_certificate`, without a passphrase. Read again at SIGHUP."),
        .value(
            "tls_listeners", \.tlsListeners, .security,
            "Which listeners speak TLS; the Unix socket never does."),
        .value(
            "tls_client_certificates", \.tlsClientCertificates, .security,
            "Whether clients show a certificate too; they still log in."),
        .file(
            "tls_client_ca", \.tlsClientCA, .security,
            "The authorities that vouch for clients' certificates. Read again at SIGHUP."),
    ]
}

extension Configuration {
    /// The files of the certificate; nil without TLS.
    package var tlsFiles: TLSFiles? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return TLSFiles(certificate: tlsCertificate, key: tlsKey)
    }

    /// What is wrong with a file of TLS, behind the settings that name it and where they stand:
    /// `tls_key (--tls-key): there is no file /etc/tls.key`.
    func explain(_ error: TLSError) -> String {
        let files = [
            ("tls_certificate", tlsCertificate), ("tls_key", tlsKey),
            ("tls_client_ca", tlsClientCA),
        ]
        var names: [String] = []
        for (key, path) in files {
            guard let path, error.message.contains(path) else { continue }
            names.append("\(key) (\(origin(of: key)))")
        }
        return (names.isEmpty ? "TLS" : names.joined(separator: ", ")) + ": \(error)"
    }

    /// Settings of TLS that mean nothing without each other.
    var tlsContradictions: [ConfigurationProblem] {
        var problems: [ConfigurationProblem] = []
        func report(_ key: String, _ message: String) {
            problems.append(
                ConfigurationProblem(place: origin(of: key).description, message: message))
        }
        if (tlsCertificate == nil) != (tlsKey == nil) {
            report(
                tlsKey == nil ? "tls_certificate" : "tls_key",
                "tls_certificate and tls_key belong together")
        }
        if (tlsClientCA == nil) != (tlsClientCertificates == .off) {
            report(
                tlsClientCA == nil ? "tls_client_certificates" : "tls_client_ca",
                "tls_client_certificates and tls_client_ca belong together")
        }
        if tlsCertificate == nil && tlsKey == nil {
            let needy = [
                ("tls_listeners", tlsListeners != .both),
                ("tls_client_certificates", tlsClientCertificates != .off),
            ]
            for (key, isSet) in needy where isSet {
                report(key, "\(key) needs tls_certificate and tls_key")
            }
        }
        return problems
    }
}
