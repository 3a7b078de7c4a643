import Basics
import TLS

/// The certificate that the listeners show, and how it is replaced while they serve.
///
/// Threading: the thread of the connections.
final class ListenerSecurity {
    /// How often the time that the certificate has left is looked at.
    static let lookMilliseconds: UInt64 = 24 * 3_600_000

    private let configuration: Configuration
    private let log: Log
    private let clock: any Clock
    /// For RESP over TCP; nil: unencrypted.
    private(set) var tcp: TLSContext?
    /// For HTTP; nil: unencrypted.
    private(set) var http: TLSContext?

    /// Reads the files.
    ///
    /// - Throws: a sentence that names the file and what is wrong with it.
    init(_ configuration: Configuration, log: Log, clock: any Clock) throws(ServerFailure) {
        self.configuration = configuration
        self.log = log
        self.clock = clock
        do throws(TLSError) { try load() } catch {
            throw ServerFailure(configuration.explain(error))
        }
        warnOfPlainText()
    }

    /// Whether TLS is set up at all.
    var isOn: Bool { configuration.tlsFiles != nil }

    /// The second at which the certificate ends, since 1970; nil without one.
    var ends: Int64? { (tcp ?? http)?.certificate?.ends }

    /// Reads the files once more. Where they are not good, everything stays as it is.
    func reload() {
        if !isOn { return }
        do throws(TLSError) { try load() } catch {
            log.error(
                "TLS: the certificate in use stays",
                ["reason": "\(configuration.explain(error))"])
        }
    }

    /// Logs a warning where the certificate has little time left or none.
    func look() {
        guard let files = configuration.tlsFiles,
            let warning = (tcp ?? http)?.certificate?.warning(about: files.certificate, now: now)
        else { return }
        log.warning("TLS", ["reason": "\(warning)"])
    }

    private var now: Int64 { clock.wallMilliseconds() / 1_000 }

    private func load() throws(TLSError) {
        guard let files = configuration.tlsFiles else { return }
        func context(_ application: TLSApplication) throws(TLSError) -> TLSContext {
            try TLSContext.server(
                files, application: application, clients: configuration.tlsClientCertificates,
                authorities: configuration.tlsClientCA, now: now)
        }
        let listeners = configuration.tlsListeners
        // Both or none: a file that changes in between must not leave them apart.
        let commands = listeners == .http ? nil : try context(.commands)
        let hasWeb = configuration.http != nil && listeners != .tcp
        let web = hasWeb ? try context(.http) : nil
        tcp = commands
        http = web
        guard let loaded = commands ?? web, let certificate = loaded.certificate else { return }
        for warning in loaded.warnings { log.warning("TLS", ["reason": "\(warning)"]) }
        let days = (certificate.ends - now) / 86_400
        log.info("TLS is on", ["certificate": "\(certificate.subject)", "days_left": "\(days)"])
    }

    /// Passwords that cross a network in clear text deserve a line in the log.
    private func warnOfPlainText() {
        var open: [String] = []
        if tcp == nil && !configuration.tcp.isLoopback {
            open.append("tcp=\(configuration.tcp.setting)")
        }
        if http == nil, let place = configuration.http, !place.isLoopback {
            open.append("http=\(place.setting)")
        }
        if open.isEmpty { return }
        log.warning(
            "listening beyond this machine without TLS: passwords can be read on the way",
            ["listeners": "\(open.joined(separator: " "))"])
    }
}
