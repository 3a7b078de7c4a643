package import Basics

/// A value that a setting can have: it reads itself from text and writes itself back.
package protocol SettingValue: Sendable, Equatable {
    /// - Parameter setting: the text of a flag, a variable, a file or `CONFIG SET`; nil if it is
    ///   none of what `expected` says.
    init?(setting: String)
    /// The text that gives this value again.
    var setting: String { get }
    /// What to write, as help and errors show it: `HOST:PORT`, `always|off|MS`.
    static var expected: String { get }
}

/// Where a server listens or is reached: a host and a port.
package struct Endpoint: SettingValue {
    /// A name or an address, without brackets.
    package let host: String
    /// 0 lets the system choose a free one.
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package init?(setting: String) {
        guard let colon = setting.lastIndex(of: ":") else { return nil }
        let digits = setting[setting.index(after: colon)...]
        var host = setting[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        let isPlain = digits.utf8.allSatisfy { (48...57).contains($0) }
        let isHost = !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard isPlain, isHost, let port = UInt16(digits) else { return nil }
        self.init(host: String(host), port: port)
    }

    package var setting: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    package static let expected = "HOST:PORT"

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1" || (host.hasPrefix("127.") && isNumeric)
    }

    private var isNumeric: Bool {
        host.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
    }
}

/// When a group of writes is forced to the disk.
package enum FsyncPolicy: SettingValue {
    /// Before its replies.
    case always
    /// Every so many milliseconds: a power cut may lose that much.
    case interval(milliseconds: Int)
    /// When the system likes.
    case off

    /// Longest interval, milliseconds.
    package static let longest = 60_000

    package init?(setting: String) {
        switch setting {
        case "always": self = .always
        case "off": self = .off
        default:
            var text = setting
            if text.hasPrefix("interval ") { text = String(text.dropFirst("interval ".count)) }
            guard let milliseconds = Quantity.parse(text, unit: .milliseconds),
                (1...FsyncPolicy.longest).contains(milliseconds)
            else { return nil }
            self = .interval(milliseconds: milliseconds)
        }
    }

    package var setting: String {
        switch self {
        case .always: "always"
        case .interval(let milliseconds): "\(milliseconds)ms"
        case .off: "off"
        }
    }

    package static let expected = "always|off|MS"
}

/// When the high-water mark of what was fsynced is written to its side file.
package enum MarkPolicy: SettingValue {
    /// With each group, before its replies.
    case group
    /// Every so many milliseconds: a window in which a lost tail goes unnoticed.
    case interval(milliseconds: Int)

    package init?(setting: String) {
        if setting == "group" {
            self = .group
            return
        }
        guard let milliseconds = Quantity.parse(setting, unit: .milliseconds),
            (1...FsyncPolicy.longest).contains(milliseconds)
        else { return nil }
        self = .interval(milliseconds: milliseconds)
    }

    package var setting: String {
        switch self {
        case .group: "group"
        case .interval(let milliseconds): "\(milliseconds)ms"
        }
    }

    package static let expected = "group|MS"
}

/// What log lines look like; text lines turn into journal lines under systemd.
package enum LogStyle: String, SettingValue {
    case text
    case json

    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "text|json"
}

/// Who needs to log in over TCP.
package enum AuthPolicy: String, SettingValue {
    /// Loopback without credentials is the user `local` until the first user is made.
    case auto
    /// Everybody.
    case required

    package init?(setting: String) { self.init(rawValue: setting) }
    package var setting: String { rawValue }
    package static let expected = "auto|required"
}

/// The least grave level that is logged.
package struct LogThreshold: SettingValue {
    package let level: LogLevel

    package init(_ level: LogLevel) { self.level = level }

    package init?(setting: String) {
        guard let level = LogLevel(name: setting) else { return nil }
        self.level = level
    }

    package var setting: String { level.name }
    package static let expected = "debug|info|warning|error"
}
