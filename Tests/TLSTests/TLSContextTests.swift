import Glibc
import TLS
import Testing

@Suite(.enabled(if: Certificates.isThere, "openssl is not installed"))
struct TLSContextTests {
    private static let day: Int64 = 86_400
    private let files: Certificates
    // A little later than the certificates, which are made now.
    private let now = Int64(time(nil)) + 5

    init() throws { files = try Certificates() }

    private func server(
        _ certificate: String, _ key: String, at now: Int64? = nil,
        clients: ClientCertificates = .off, authorities: String? = nil
    ) throws(TLSError) -> TLSContext {
        try TLSContext.server(
            TLSFiles(certificate: certificate, key: key), application: .commands,
            clients: clients, authorities: authorities, now: now ?? self.now)
    }

    /// The sentence of the refusal; empty where there is none.
    private func refusal(
        _ certificate: String, _ key: String, clients: ClientCertificates = .off,
        authorities: String? = nil
    ) -> String {
        do throws(TLSError) {
            _ = try server(certificate, key, clients: clients, authorities: authorities)
            return ""
        } catch { return error.message }
    }

    @Test func knowsItsCertificate() throws {
        let context = try server(files.server, files.serverKey)
        #expect(context.certificate?.subject == "O=Guild,CN=localhost")
        #expect(context.warnings.isEmpty)
        let ends = try #require(context.certificate?.ends)
        #expect(abs(ends - now - 30 * Self.day) < 600)
    }

    @Test func warnsOfTimes() throws {
        let cases: [(Int64, String)] = [
            (31, "has expired: clients will refuse it"), (20, "expires in 10 days"),
            (29, "expires in 1 day"),
            (30, "expires within a day"), (10, ""), (-1, "is not valid yet"),
        ]
        for (days, ending) in cases {
            let moment = now + days * Self.day - 3_600
            let context = try server(files.server, files.serverKey, at: moment)
            let expected = ending.isEmpty ? [] : ["the certificate in \(files.server) \(ending)"]
            #expect(context.warnings == expected)
        }
    }

    @Test func warnsOfAKeyThatEverybodyCanRead() throws {
        chmod(files.serverKey, 0o644)
        let context = try server(files.server, files.serverKey)
        #expect(
            context.warnings == [
                "everybody on this machine can read the key \(files.serverKey): chmod 600"
            ])
    }

    @Test func namesTheFileAndTheMistake() throws {
        try files.makeStranger()
        try files.makeKeys()
        let none = files.folder + "/none"
        let (certificate, key) = (files.server, files.serverKey)
        #expect(refusal(none, key) == "there is no file \(none)")
        #expect(refusal(certificate, none) == "there is no file \(none)")
        #expect(refusal(key, key) == "\(key) holds no certificate in PEM form")
        #expect(refusal(certificate, certificate).contains("holds no private key in PEM form"))
        #expect(refusal(files.folder, key).contains(files.folder))
        #expect(refusal(certificate, files.lockedKey).contains("has a passphrase"))
        let foreign = " does not belong to the certificate in \(certificate)"
        #expect(refusal(certificate, files.strangerKey).hasSuffix(foreign))
        #expect(refusal(certificate, files.rsaKey).hasSuffix(foreign))
    }

    @Test func refusesBrokenFiles() throws {
        for (name, text) in [
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate"),
            ("-----BEGIN CERTIFICATE-----\n", "certificate"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "key"),
        ] {
            let path = files.folder + "/request"
            let file = try #require(fopen(path, "w"))
            fputs(name, file)
            fclose(file)
            let isKey = text == "key"
            let said = refusal(isKey ? files.server : path, isKey ? path : files.serverKey)
            #expect(said.hasPrefix("the \(text) in \(path) cannot be used: "))
        }
    }

    @Test func needsAuthoritiesForClientCertificates() {
        let (certificate, key) = (files.server, files.serverKey)
        #expect(
            refusal(certificate, key, clients: .optional)
                == "client certificates need a file of their authorities")
        #expect(
            refusal(certificate, key, clients: .required, authorities: key)
                == "\(key) holds no certificate in PEM form")
        #expect(refusal(certificate, key, clients: .required, authorities: files.authority) == "")
    }

    @Test func aClientReadsItsAuthorities() {
        #expect(throws: TLSError.self) {
            _ = try TLSContext.client(authorities: files.folder + "/none", now: now)
        }
        #expect(throws: Never.self) { _ = try TLSContext.client(now: now) }
    }
}
