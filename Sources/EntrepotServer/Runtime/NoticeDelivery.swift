import Accounts
import Basics
import Domain
import HTTPClient
import Ledger
import Notifications
import Storage

/// Makes what delivers notices out of the configuration.
enum NoticeDelivery {
    /// - Throws: where the file of the mail server's password cannot be read.
    static func make(
        _ configuration: Configuration, ledger: Ledger, book: AccountBook, log: Log
    ) throws(ServerFailure) -> Notifications {
        Notifications(
            options: try options(configuration), ledger: InboxLedger(inbox: ledger.inbox, log: log),
            view: ledger.durableView, clock: ledger.clock, log: log,
            users: { stations in book.mailAddresses(of: stations) })
    }

    private static func options(
        _ configuration: Configuration
    ) throws(ServerFailure) -> NotificationOptions {
        var options = NotificationOptions()
        options.schedule = RetrySchedule(
            waits: configuration.noticeRetries.milliseconds.map { Int64($0) })
        let milliseconds = configuration.webhookTimeoutMilliseconds
        options.transport.limits = TransferLimits(
            connectMilliseconds: min(milliseconds, 5_000), totalMilliseconds: milliseconds)
        options.transport.policy =
            configuration.webhookAllowPrivate == .on ? .privateToo : .publicOnly
        options.transport.userAgent = "entrepot/\(Versions.entrepot)"
        options.transport.certificates = configuration.noticeAuthorities
        options.transport.mailFrom = configuration.mailFrom.flatMap { MailAddress($0) }
        options.transport.mailServer = try mailServer(configuration)
        return options
    }

    private static func mailServer(
        _ configuration: Configuration
    ) throws(ServerFailure) -> SMTPClient.Server? {
        guard let endpoint = configuration.smtpURL?.endpoint else { return nil }
        let password: Redacted?
        do throws(ConfigurationError) { password = try configuration.mailPassword() } catch {
            throw ServerFailure(error.description)
        }
        var server = SMTPClient.Server(host: endpoint.host, port: endpoint.port)
        server.encryption =
            switch configuration.smtpEncryption {
            case .required: .required
            case .optional: .optional
            case .off: .off
            }
        if let user = configuration.smtpUser, let password {
            server.login = SMTPClient.Login(user: user, password: password.revealed)
        }
        server.certificates = configuration.noticeAuthorities
        if let domain = configuration.mailFrom.flatMap({ MailAddress($0) })?.domain {
            server.helloName = String(domain)
        }
        return server
    }
}
