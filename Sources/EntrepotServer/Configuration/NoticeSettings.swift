/// On or off.
package enum Switch: String, SettingValue {
    case on
    case off

    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "on|off"
}

/// The waits between the attempts to deliver a notice.
package struct RetryWaits: SettingValue {
    /// Milliseconds, 1 to 20 of them, each 10 ms to 24 h.
    package let milliseconds: [Int]

    /// 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, 5 h, 10 h, 24 h.
    package init() {
        milliseconds = [
            5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000,
            86_400_000,
        ]
    }

    package init?(setting: String) {
        let parts = setting.split(separator: ",", omittingEmptySubsequences: false)
        if !(1...20).contains(parts.count) { return nil }
        var waits: [Int] = []
        for part in parts {
            guard let wait = Quantity.parse(String(part), unit: .milliseconds),
                (10...86_400_000).contains(wait)
            else { return nil }
            waits.append(wait)
        }
        milliseconds = waits
    }

    package var setting: String {
        milliseconds.map { wait in
            let text = Quantity.display(wait, unit: .milliseconds)
            return text.filter { $0 != " " }
        }.joined(separator: ",")
    }

    package static let expected = "D,D,…"
}

/// Where mails are handed over: `smtp://HOST[:PORT]`, port 587 where none is named.
package struct MailServerURL: SettingValue {
    package let endpoint: Endpoint

    package init?(setting: String) {
        let scheme = "smtp://"
        if !setting.hasPrefix(scheme) { return nil }
        var rest = String(setting.dropFirst(scheme.count))
        if rest.hasSuffix("/") { rest.removeLast() }
        let hasPort = rest.hasSuffix("]") ? false : rest.contains(":")
        guard let endpoint = Endpoint(setting: hasPort ? rest : rest + ":587"),
            endpoint.port > 0,
            endpoint.host.utf8.allSatisfy({ !"/?#@".utf8.contains($0) })
        else { return nil }
        self.endpoint = endpoint
    }

    package var setting: String { "smtp://\(endpoint.setting)" }
    package static let expected = "smtp://HOST:PORT"
}

/// Whether mails go out encrypted by STARTTLS.
package enum MailEncryption: String, SettingValue {
    /// Or not at all.
    case required
    /// Where the server offers it.
    case optional
    case off

    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "required|optional|off"
}
