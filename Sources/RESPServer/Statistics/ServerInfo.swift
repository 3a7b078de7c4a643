import Basics
import Connections
import Domain
import EventLoop
import Ledger
import Storage
import System

/// The text of `INFO`.
struct ServerInfo {
    private typealias Line = (name: String, value: String)
    private static let standard = [
        "server", "clients", "memory", "persistence", "stats", "replication", "entrepot",
        "rules", "notices", "keyspace",
    ]
    private static let all = standard + ["commandstats", "latencystats", "errorstats"]

    private let server: RESPServer

    init(_ server: RESPServer) { self.server = server }

    /// - Parameter sections: in small letters; none: the usual ones.
    func text(_ sections: [String]) -> String {
        var wanted = sections.isEmpty || sections.contains("default") ? Self.standard : []
        if sections.contains("all") || sections.contains("everything") { wanted = Self.all }
        wanted += sections.filter { Self.all.contains($0) && !wanted.contains($0) }
        var text = ""
        for section in wanted {
            let lines = lines(section) + (server.serving.status?.lines(of: section) ?? [])
            if !text.isEmpty { text += "\r\n" }
            text += "# \(section.prefix(1).uppercased())\(section.dropFirst())\r\n"
            for line in lines { text += "\(line.name):\(line.value)\r\n" }
        }
        return text
    }

    private func lines(_ section: String) -> [Line] {
        switch section {
        case "server": serverLines
        case "clients": clientLines
        case "memory": memoryLines
        case "persistence": persistenceLines
        case "stats": statisticsLines
        case "replication": replicationLines
        case "entrepot": storeLines
        case "keyspace": [("db0", "keys=\(server.ledger.durableSeq),expires=0,avg_ttl=0")]
        case "commandstats": commandLines
        case "latencystats": latencyLines
        case "errorstats":
            server.statistics.errors.sorted { $0.key < $1.key }
                .map { ("errorstat_\($0.key)", "count=\($0.value)") }
        default: []
        }
    }

    private var serverLines: [Line] {
        let identity = server.identity
        let uptime = (server.clock.monotonicNanoseconds() &- server.serving.started) / 1_000_000_000
        return [
            ("redis_version", identity.redisVersion), ("entrepot_version", identity.version),
            ("redis_mode", "standalone"), ("os", "Linux"), ("arch_bits", "64"),
            ("process_id", "\(identity.processID)"), ("run_id", identity.runID),
            ("tcp_port", "\(server.endpoints.first { $0.port != 0 }?.port ?? 0)"),
            ("uptime_in_seconds", "\(uptime)"), ("uptime_in_days", "\(uptime / 86_400)"),
            ("data_directory", identity.dataDirectory),
        ]
    }

    private var clientLines: [Line] {
        let sessions = server.sessions.values
        return [
            ("connected_clients", "\(sessions.count)"),
            ("maxclients", "\(server.limits.maxConnections)"),
            ("client_biggest_output", "\(sessions.map { $0.output.unsentBytes }.max() ?? 0)"),
            ("blocked_clients", "\(sessions.count { $0.park != nil })"),
            ("pubsub_clients", "\(sessions.count { $0.state.isSubscriber })"),
            ("monitor_clients", "\(server.monitors.count)"),
        ]
    }

    private var memoryLines: [Line] {
        let (resident, peak) = Self.residentBytes()
        return [
            ("used_memory", "\(resident)"), ("used_memory_rss", "\(resident)"),
            ("used_memory_peak", "\(peak)"), ("maxmemory", "0"),
            ("maxmemory_policy", "noeviction"),
        ]
    }

    private var persistenceLines: [Line] {
        [
            ("loading", "0"), ("rdb_changes_since_last_save", "0"),
            ("rdb_last_bgsave_status", "ok"), ("aof_enabled", "1"),
            ("durable_seq", "\(server.ledger.durableSeq)"),
            ("written_seq", "\(server.ledger.writtenSeq)"),
            ("writes_refused", server.ledger.spaceRefusal.map(\.message) ?? "no"),
        ]
    }

    private var statisticsLines: [Line] {
        let statistics = server.statistics
        return [
            ("total_connections_received", "\(statistics.connectionsReceived)"),
            ("rejected_connections", "\(statistics.connectionsRejected)"),
            ("total_commands_processed", "\(statistics.commandsProcessed)"),
            ("total_net_input_bytes", "\(statistics.inputBytes)"),
            ("total_net_output_bytes", "\(statistics.outputBytes)"),
            ("total_error_replies", "\(statistics.errors.values.reduce(0, &+))"),
            ("client_output_buffer_limit_disconnections", "\(statistics.cutOff)"),
            ("protocol_errors", "\(statistics.protocolErrors)"),
            ("tls_handshake_failures", "\(statistics.handshakeFailures)"),
            ("acl_access_denied_auth", "\(statistics.authenticationFailures)"),
            ("pubsub_channels", "\(server.hub.channelCount)"),
            ("pubsub_patterns", "\(server.hub.patternCount)"),
            ("slowlog_len", "\(server.serving.slowlog.entries.count)"),
        ]
    }

    private var replicationLines: [Line] {
        [
            ("role", "master"), ("connected_slaves", "0"),
            ("master_replid", server.ledger.durableView.history.current),
            ("master_repl_offset", "\(server.ledger.durableSeq)"),
        ]
    }

    private var storeLines: [Line] {
        [
            ("role", "leader"), ("history", server.ledger.durableView.history.current),
            ("epoch", "\(server.ledger.durableView.history.epoch)"),
            ("durable_seq", "\(server.ledger.durableSeq)"),
            ("written_seq", "\(server.ledger.writtenSeq)"),
            ("indexed_seq", "\(server.ledger.indexedSeq)"),
            ("open_group", "\(server.ledger.openGroup)"),
            ("clock_skew_ms", "\(server.ledger.clockSkewMilliseconds)"),
            ("consumer_groups", "\(server.groups.all.count)"),
        ]
    }

    private var commandLines: [Line] {
        called { figures in
            let microseconds = figures.latency.sum / 1_000
            let mean = figures.calls == 0 ? 0 : Double(microseconds) / Double(figures.calls)
            let rounded = (mean * 100).rounded() / 100
            return "calls=\(figures.calls),usec=\(microseconds),usec_per_call=\(rounded),"
                + "rejected_calls=\(figures.rejected),failed_calls=\(figures.failed)"
        }.map { ("cmdstat_\($0.name)", $0.value) }
    }

    private var latencyLines: [Line] {
        called { figures in
            let shares: [(String, Double)] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
            return shares.map { name, share in
                "\(name)=\(Double(figures.latency.quantile(share)) / 1_000)"
            }.joined(separator: ",")
        }.map { ("latency_percentiles_usec_\($0.name)", $0.value) }
    }

    private func called(_ text: (CommandFigures) -> String) -> [Line] {
        server.statistics.commands.indices.compactMap { index in
            let figures = server.statistics.commands[index]
            if figures.calls == 0 && figures.rejected == 0 { return nil }
            return (server.commands.all[index].wireName, text(figures))
        }
    }

    /// Resident memory now and at its highest, from the kernel; 0 where it does not tell.
    private static func residentBytes() -> (now: Int, peak: Int) {
        guard let file = try? FileSystem.read("/proc/self/status", limit: 64 << 10) else {
            return (0, 0)
        }
        let text = String(decoding: file.array, as: UTF8.self)
        func kilobytes(_ name: String) -> Int {
            for line in text.split(separator: "\n") where line.hasPrefix(name) {
                let digits = line.filter { $0.isNumber }
                return (Int(digits) ?? 0) * 1_024
            }
            return 0
        }
        return (kilobytes("VmRSS:"), kilobytes("VmHWM:"))
    }
}
