package import EventLoop
import HTTPCore
import HTTPServer

/// The origins whose pages may call the HTTP edge.
package struct OriginList: SettingValue {
    /// `*`: any origin.
    package let allowsAny: Bool
    let origins: [Origin]

    /// None.
    package init() {
        allowsAny = false
        origins = []
    }

    package init?(setting: String) {
        allowsAny = setting == "*"
        var origins: [Origin] = []
        if !allowsAny && setting != "none" {
            for part in setting.split(separator: ",", omittingEmptySubsequences: false) {
                guard let origin = Origin(String(part)) else { return nil }
                origins.append(origin)
            }
        }
        self.origins = origins
    }

    package var setting: String {
        if allowsAny { return "*" }
        return origins.isEmpty ? "none" : origins.map(\.text).joined(separator: ",")
    }

    package static let expected = "URL,URL,…|*|none"
}

/// Networks, such as those of proxies.
package struct AddressRangeList: SettingValue {
    package let ranges: [AddressRange]

    /// None.
    package init() { ranges = [] }

    package init?(setting: String) {
        var ranges: [AddressRange] = []
        if setting != "none" {
            for part in setting.split(separator: ",", omittingEmptySubsequences: false) {
                guard let range = AddressRange(String(part)) else { return nil }
                ranges.append(range)
            }
        }
        self.ranges = ranges
    }

    package var setting: String {
        ranges.isEmpty ? "none" : ranges.map(\.description).joined(separator: ",")
    }

    package static let expected = "ADDRESS/BITS,…|none"

    /// Whether an address lies in one of them.
    package func contains(_ host: String) -> Bool { ranges.contains { $0.contains(host) } }
}

extension SettingTable {
    /// What is particular to HTTP, apart from its limits.
    static let web: [Setting] = [
        .value(
            "cors_origins", \.corsOrigins, .http, changeable: true,
            "The origins whose pages may call the HTTP edge."),
        .value(
            "trusted_proxies", \.trustedProxies, .http, changeable: true,
            "The networks of proxies whose X-Forwarded-For field counts."),
        .value(
            "access_log", \.accessLog, .http, changeable: true,
            "Whether each HTTP request is logged."),
    ]
}

extension HTTPSettings {
    /// What the configuration says.
    init(_ configuration: Configuration) {
        self.init()
        corsOrigins = configuration.corsOrigins.origins
        allowsAnyOrigin = configuration.corsOrigins.allowsAny
        accessLog = configuration.accessLog == .on
        let proxies = configuration.trustedProxies
        if !proxies.ranges.isEmpty { isTrustedProxy = { proxies.contains($0) } }
    }
}
