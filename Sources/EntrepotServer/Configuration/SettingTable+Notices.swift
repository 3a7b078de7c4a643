import Notifications

extension SettingTable {
    /// What delivers notices (docs/notices.md).
    static let notices: [Setting] = [
        .value(
            "notice_retries", \.noticeRetries, .notices,
            "The waits after each failed attempt to deliver a notice; after the last it is dead."),
        .file(
            "notice_authorities", \.noticeAuthorities, .notices,
            "A PEM file of authorities that webhooks and mails trust instead of the system's."),
        .value(
            "webhook_allow_private", \.webhookAllowPrivate, .notices,
            "Whether webhooks may go to loopback, private and link-local addresses."),
        .number(
            "webhook_timeout_milliseconds", \.webhookTimeoutMilliseconds, .notices, .milliseconds,
            100...300_000, "How long one attempt of a webhook or a mail may take."),
        .optional(
            "smtp_url", \.smtpURL, .notices, none: "none",
            "The server that mails are handed to; port 587 where none is named."),
        .value(
            "smtp_encryption", \.smtpEncryption, .notices,
            "Whether mails and the password go out only after STARTTLS."),
        .text(
            "smtp_user", \.smtpUser, .notices, expected: "TEXT",
            { !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } },
            "Whom the mail server knows; none: no log-in."),
        .secret(
            "smtp_password", \.smtpPassword, .notices,
            "The password of `smtp_user`; a file is safer."),
        .file(
            "smtp_password_file", \.smtpPasswordFile, .notices,
            "A file whose first line is the password of `smtp_user`."),
        .text(
            "mail_from", \.mailFrom, .notices, expected: "ADDRESS",
            { MailAddress($0) != nil }, "Whom mails come from, such as `entrepot@example.org`."),
    ]
}
