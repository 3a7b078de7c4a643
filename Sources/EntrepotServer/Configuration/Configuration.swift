package import Basics
package import TLS

/// What the server was told to do: one typed value per setting, and where each came from.
///
/// A value type: whoever keeps one sees no later change. `SettingTable` is the list of its keys;
/// the defaults are the values below. Loaded by `load(from:)`, read by `get`, changed by `set`.
package struct Configuration: Sendable {
    /// The defaults.
    package init() {}

    // MARK: Server

    /// Where the TCP edge listens.
    package var tcp = Endpoint(host: "127.0.0.1", port: 7400)
    /// Where the HTTP edge listens; nil switches it off.
    package var http: Endpoint? = Endpoint(host: "127.0.0.1", port: 7480)
    /// The data directory.
    package var data = "./entrepot-data"
    /// The directory of rules that is watched.
    package var plugins = "./plugins"
    /// The configuration file; nil looks at the usual places.
    package var config: String?
    /// The leader to follow; nil leads.
    package var follow: Endpoint?
    /// Threads that serve connections; 0 chooses by the number of processors.
    package var loops = 0

    // MARK: Durability and storage

    /// When writes are forced to the disk.
    package var fsync = FsyncPolicy.always
    /// When the high-water mark is written.
    package var mark = MarkPolicy.interval(milliseconds: 100)
    /// Memory for blocks read from the disk.
    package var blockCacheBytes = 256 * 1_024 * 1_024
    /// Memory for writes of one family before they go to the disk.
    package var writeBufferBytes = 64 * 1_024 * 1_024
    /// Size of the write-ahead log at which the oldest writes go to the disk.
    package var writeAheadLogBytes = 128 * 1_024 * 1_024

    // MARK: Log and accounts

    /// The shape of log lines.
    package var log = LogStyle.text
    /// The least grave level that is logged.
    package var logLevel = LogThreshold(.info)
    /// Who needs to log in over TCP.
    package var auth = AuthPolicy.auto
    /// The password of `admin` at the first start.
    package var adminPassword: Redacted?
    /// A file that holds it.
    package var adminPasswordFile: String?
    /// The directory of the keys of access tokens; nil: in the data directory.
    package var jwtKeys: String?
    /// The issuer of access tokens; nil: `entrepot`.
    package var jwtIssuer: String?
    /// How long an access token is in force.
    package var accessTokenSeconds = 900
    /// How long a log-in over HTTP lasts.
    package var sessionSeconds = 30 * 86_400
    /// How long a log-in of the page lasts.
    package var pageSessionSeconds = 12 * 3_600
    /// Networks that may connect.
    package var allowAddresses = AllowedAddresses()
    /// Requests of one user in a window; 0: no limit.
    package var rateUserRequests = 0
    /// Requests of one address in a window; 0: no limit.
    package var rateAddressRequests = 0
    /// The window of both.
    package var rateWindowSeconds = 60

    // MARK: HTTP

    /// The origins whose pages may call.
    package var corsOrigins = OriginList()
    /// The networks of proxies whose `X-Forwarded-For` counts.
    package var trustedProxies = AddressRangeList()
    /// Whether each request is logged.
    package var accessLog = Switch.off

    // MARK: TLS

    /// The certificate of both listeners; nil: nothing is encrypted.
    package var tlsCertificate: String?
    /// Its key.
    package var tlsKey: String?
    /// Which listeners speak TLS.
    package var tlsListeners = TLSListeners.both
    /// Whether clients show certificates.
    package var tlsClientCertificates = ClientCertificates.off
    /// Who vouches for them.
    package var tlsClientCA: String?

    // MARK: Notices

    /// The waits between the attempts to deliver a notice.
    package var noticeRetries = RetryWaits()
    /// A file of authorities that webhooks and mails trust instead of the system's.
    package var noticeAuthorities: String?
    /// Whether webhooks may go to loopback and private networks.
    package var webhookAllowPrivate = Switch.off
    /// How long an attempt of a webhook or a mail may take.
    package var webhookTimeoutMilliseconds = 15_000
    /// The mail server.
    package var smtpURL: MailServerURL?
    /// Whether mails go out encrypted only.
    package var smtpEncryption = MailEncryption.required
    /// Whom the mail server knows.
    package var smtpUser: String?
    /// The password of that user.
    package var smtpPassword: Redacted?
    /// A file that holds it.
    package var smtpPasswordFile: String?
    /// Whom mails come from.
    package var mailFrom: String?

    /// Every bound.
    package var limits = Limits()

    // MARK: Origins

    /// Where each value came from; a key that is absent has its default.
    package internal(set) var origins: [String: SettingOrigin] = [:]
    /// What `DATA/settings.json` holds, or will hold after the next `rewrite`.
    var kept: [String: String] = [:]

    /// Where the value of `key` came from.
    package func origin(of key: String) -> SettingOrigin { origins[key] ?? .builtIn }
}

/// Where a value came from, weakest first.
package enum SettingOrigin: Sendable, Equatable {
    case builtIn
    /// The configuration file; the line where it could be found.
    case file(path: String, line: Int?)
    /// The settings that `CONFIG REWRITE` kept.
    case settings(path: String)
    case environment(name: String)
    case flag(name: String)
    /// `CONFIG SET` on the running server.
    case command
}

extension SettingOrigin: CustomStringConvertible {
    /// The place, as an error begins: `entrepot.conf:3`, `ENTREPOT_TCP`, `--tcp`.
    package var description: String {
        switch self {
        case .builtIn: "default"
        case .file(let path, let line): line.map { "\(path):\($0)" } ?? path
        case .settings(let path): path
        case .environment(let name): name
        case .flag(let name): "--\(name)"
        case .command: "CONFIG SET"
        }
    }
}
