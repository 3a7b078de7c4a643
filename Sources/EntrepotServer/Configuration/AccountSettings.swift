import Accounts
package import Basics

/// Which addresses may connect at all.
package struct AllowedAddresses: SettingValue {
    /// nil: all.
    package let ranges: AddressRanges?

    /// All.
    package init() { ranges = nil }

    package init?(setting: String) {
        if setting == "all" {
            ranges = nil
            return
        }
        guard let ranges = AddressRanges(setting), !ranges.isEmpty else { return nil }
        self.ranges = ranges
    }

    package var setting: String {
        ranges?.ranges.map { "\($0)" }.joined(separator: ",") ?? "all"
    }
    package static let expected = "CIDR,…|all"
}

extension SettingTable {
    /// Who logs in, for how long, and how much it may ask.
    static let accounts: [Setting] = [
        .value(
            "auth", \.auth, .accounts,
            "Who logs in over TCP: everybody, or not loopback before the first user is made."),
        .secret(
            "admin_password", \.adminPassword, .accounts,
            "The password of `admin` at the first start; a file is safer."),
        .file(
            "admin_password_file", \.adminPasswordFile, .accounts,
            "A file whose first line is the password of `admin` at the first start."),
        .file(
            "jwt_keys", \.jwtKeys, .accounts,
            "The directory of the keys of access tokens; none: `auth-keys` in the data directory."),
        .text(
            "jwt_issuer", \.jwtIssuer, .accounts, expected: "TEXT",
            { (1...200).contains($0.utf8.count) && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f } },
            "The issuer (`iss`) of access tokens; none: `entrepot`."),
        .number(
            "access_token_seconds", \.accessTokenSeconds, .accounts, .seconds, 10...86_400,
            "How long an access token is in force; it is then refreshed."),
        .number(
            "session_seconds", \.sessionSeconds, .accounts, .seconds, 60...31_536_000,
            "How long a log-in over HTTP lasts, however often it is refreshed."),
        .number(
            "page_session_seconds", \.pageSessionSeconds, .accounts, .seconds, 60...31_536_000,
            "How long a log-in of the page lasts."),
        .value(
            "allow_addresses", \.allowAddresses, .accounts, changeable: true,
            "Networks that may connect, such as `10.0.0.0/8,::1`; the Unix socket always may."),
        .number(
            "rate_user_requests", \.rateUserRequests, .accounts, .count, 0...1_000_000_000,
            changeable: true, "Requests of one user in a window; 0: no limit."),
        .number(
            "rate_address_requests", \.rateAddressRequests, .accounts, .count, 0...1_000_000_000,
            changeable: true, "Requests of one address in a window; 0: no limit."),
        .number(
            "rate_window_seconds", \.rateWindowSeconds, .accounts, .seconds, 1...86_400,
            changeable: true, "The window of both limits."),
    ]
}

extension Configuration {
    /// The limits of requests.
    var rateLimits: RateLimits.Settings {
        RateLimits.Settings(
            userRequests: rateUserRequests, addressRequests: rateAddressRequests,
            windowSeconds: rateWindowSeconds)
    }

    /// The lives of tokens.
    var tokenLifetimes: TokenDesk.Lifetimes {
        var lifetimes = TokenDesk.Lifetimes()
        lifetimes.accessSeconds = Int64(accessTokenSeconds)
        lifetimes.sessionSeconds = Int64(sessionSeconds)
        lifetimes.pageSeconds = Int64(pageSessionSeconds)
        return lifetimes
    }
}
