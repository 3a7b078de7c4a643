import Basics
import Connections
import Domain
import Ledger

extension Session {
    func runMeasurement(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .slowlogGet: return try slowEntries(request)
        case .slowlogLen: return .reply(.integer(Int64(server.serving.slowlog.entries.count)))
        case .slowlogReset:
            server.serving.slowlog.reset()
            return .ok
        case .latencyHistogram: return histograms(request)
        case .latencyLatest: return .reply(.array(latest()))
        case .latencyReset:
            var count: Int64 = 0
            for index in server.statistics.commands.indices
            where server.statistics.commands[index].latency.total > 0 {
                server.statistics.commands[index].latency = LatencyHistogram()
                count += 1
            }
            return .reply(.integer(count))
        default: throw Self.misplaced(command)
        }
    }

    private func slowEntries(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        var wanted = 10
        if request.count > 2 {
            let asked = try request.integer(2)
            if asked < -1 {
                throw CommandError(.err, "count should be greater than or equal to -1")
            }
            wanted = asked == -1 ? .max : Int(clamping: asked)
        }
        let entries = server.serving.slowlog.entries.reversed().prefix(wanted).map { entry in
            ReplyValue.array([
                .integer(entry.id), .integer(entry.time), .integer(entry.microseconds),
                .array(entry.words.map { .bytes($0) }), .text(entry.address),
                .text(entry.clientName),
            ])
        }
        return .reply(.array(Array(entries)))
    }

    /// All commands that were called, or those that are named.
    private func histograms(_ request: borrowing ArgumentVector) -> SessionOutcome {
        var chosen: [Int] = []
        if request.count == 2 {
            chosen = Array(server.commands.all.indices)
        } else {
            for word in 2..<request.count {
                chosen += server.commands.indices(matching: request.text(word))
            }
        }
        var pairs: [(key: String, value: ReplyValue)] = []
        for index in chosen {
            let latency = server.statistics.commands[index].latency
            if latency.total == 0 { continue }
            let buckets = latency.cumulativeMicroseconds.map {
                (key: String($0.upTo), value: ReplyValue.integer($0.count))
            }
            pairs.append(
                (
                    server.commands.all[index].wireName,
                    .map([
                        ("calls", .integer(Int64(clamping: latency.total))),
                        ("histogram_usec", .map(buckets)),
                    ])
                ))
        }
        return .reply(.map(pairs))
    }

    /// The slowest commands: name, 0, microseconds at the 99th percentile, the longest ever.
    private func latest() -> [ReplyValue] {
        let figures = server.statistics.commands
        let slowest = figures.indices.filter { figures[$0].latency.total > 0 }
            .sorted { figures[$0].latency.maximum > figures[$1].latency.maximum }.prefix(16)
        let seconds = server.clock.wallMilliseconds() / 1_000
        return slowest.map { index in
            .array([
                .text(server.commands.all[index].wireName), .integer(seconds),
                .integer(Int64(clamping: figures[index].latency.quantile(0.99) / 1_000)),
                .integer(Int64(clamping: figures[index].latency.maximum / 1_000)),
            ])
        }
    }

    func runConfiguration(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        guard let configuration = server.serving.configuration else {
            throw CommandError(.err, "this server has no configuration to show")
        }
        switch command {
        case .configGet:
            var seen: Set<String> = []
            var pairs: [(key: String, value: ReplyValue)] = []
            for word in 2..<request.count {
                let pattern = request.text(word)
                let found = configuration.get(pattern) + Self.redisSettings(pattern)
                for (key, value) in found where seen.insert(key).inserted {
                    pairs.append((key, .text(value)))
                }
            }
            return .reply(.map(pairs))
        case .configSet:
            if request.count % 2 != 0 { throw .syntaxError }
            var changes: [(key: String, value: String)] = []
            for word in stride(from: 2, to: request.count, by: 2) {
                changes.append((request.text(word), request.text(word + 1)))
            }
            try configuration.set(changes)
            return .ok
        case .configRewrite:
            try configuration.rewrite()
            return .ok
        case .configResetStat:
            server.statistics.reset()
            return .ok
        default: throw Self.misplaced(command)
        }
    }

    /// Settings of Redis that its tools ask for.
    private static func redisSettings(_ pattern: String) -> [(key: String, value: String)] {
        let known = [
            ("appendonly", "yes"), ("databases", "1"), ("maxmemory", "0"),
            ("maxmemory-policy", "noeviction"), ("save", ""),
        ]
        let wanted = pattern.utf8
        return known.compactMap { key, value in
            let isAsked = Glob.matches(key.utf8.span, pattern: wanted.span, folded: true)
            return isAsked ? (key: key, value: value) : nil
        }
    }
}
