import Basics
import RESPServer
import System

/// Figures of the data directory for `INFO`.
final class ServerStatus: StatusPort {
    let directory: String
    private let clock: any Clock
    private let started: UInt64
    private let bytesAtStart: Int

    init(directory: String, clock: any Clock) {
        self.directory = directory
        self.clock = clock
        started = clock.monotonicNanoseconds()
        bytesAtStart = Self.databaseBytes(directory)
    }

    func lines(of section: String) -> [(name: String, value: String)] {
        if section != "persistence" { return [] }
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
