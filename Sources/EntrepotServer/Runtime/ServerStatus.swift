import Basics
import Connections
import Domain
import Notifications
import RESPServer
import System

/// Figures of the data directory for `INFO`.
final class ServerStatus: StatusPort {
    let directory: String
    private let clock: any Clock
    private let started: UInt64
    private let bytesAtStart: Int
    /// What delivers notices; nil: nothing does.
    var notifications: Notifications?
    /// The certificate of the listeners; nil: not read yet.
    var security: ListenerSecurity?
    /// The rules; nil: there are none.
    var rules: ServerRules?

    init(directory: String, clock: any Clock) {
        self.directory = directory
        self.clock = clock
        started = clock.monotonicNanoseconds()
        bytesAtStart = Self.databaseBytes(directory)
    }

    func lines(of section: String) -> [(name: String, value: String)] {
        switch section {
        case "server": securityLines
        case "persistence": persistenceLines
        case "notices": noticeLines
        case "rules": rules?.lines ?? []
        default: []
        }
    }

    /// Which listeners are encrypted, and how long the certificate lasts.
    private var securityLines: [(name: String, value: String)] {
        guard let security, let ends = security.ends else { return [("tls", "off")] }
        let days = (ends - clock.wallMilliseconds() / 1_000) / 86_400
        let listeners = [security.tcp.map { _ in "tcp" }, security.http.map { _ in "http" }]
        return [
            ("tls", listeners.compactMap { $0 }.joined(separator: ",")),
            ("tls_certificate_days", "\(days)"),
        ]
    }

    /// One line for each channel.
    private var noticeLines: [(name: String, value: String)] {
        let now = clock.wallMilliseconds()
        return (notifications?.figures ?? []).map { channel, figures in
            let age = figures.oldest.map { max(0, now - $0.milliseconds) / 1_000 } ?? 0
            return (
                "channel_\(channel)",
                "queued=\(figures.queued),sent=\(figures.sent),failed=\(figures.failed),"
                    + "retried=\(figures.retried),dead=\(figures.dead),oldest_seconds=\(age)"
            )
        }
    }

    private var persistenceLines: [(name: String, value: String)] {
        let bytes = Self.databaseBytes(directory)
        var lines = [(name: "data_bytes", value: "\(bytes)")]
        guard let space = try? FreeSpace.bytes(directory) else { return lines }
        lines.append(("disk_free_bytes", "\(space.available)"))
        lines.append(("disk_total_bytes", "\(space.total)"))
        // Growth since the start tells when the disk will be full; too early it tells nothing.
        let seconds = Double((clock.monotonicNanoseconds() &- started) / 1_000_000_000)
        let growth = Double(bytes - bytesAtStart)
        if seconds >= 60 && growth > 0 {
            let days = Double(space.available) / (growth / seconds) / 86_400
            lines.append(("disk_full_in_days", "\((days * 10).rounded() / 10)"))
        }
        return lines
    }

    private static func databaseBytes(_ directory: String) -> Int {
        let folder = directory + "/db"
        let names = (try? FileSystem.list(folder)) ?? []
        return names.reduce(0) { sum, name in
            sum + ((try? FileSystem.size(of: folder + "/" + name)) ?? 0)
        }
    }
}
