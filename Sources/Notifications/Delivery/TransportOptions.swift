package import HTTPClient

/// How transports reach the world; the same for all channels.
package struct TransportOptions: Sendable {
    /// Which addresses webhooks may go to.
    package var policy = AddressPolicy.publicOnly
    /// Of each attempt of a webhook or a mail.
    package var limits = TransferLimits()
    package var userAgent = "entrepot"
    /// A PEM file of authorities that are trusted instead of the system's; nil: the system's.
    package var certificates: String?
    /// The mail server; nil: mails cannot be sent.
    package var mailServer: SMTPClient.Server?
    /// Whom mails come from.
    package var mailFrom: MailAddress?

    package init() {}
}
