import Basics
import Connections
import Domain
import Notifications
import Plugins
import Storage
import System

/// The figures of rules, channels, RocksDB and the process, for the metrics page.
///
/// Threading: the thread of the connections.
final class ServerMetrics: MetricsPort {
    private let store: Store
    private let rules: ServerRules
    private let notifications: Notifications
    private let clock: any Clock

    init(store: Store, rules: ServerRules, notifications: Notifications, clock: any Clock) {
        self.store = store
        self.rules = rules
        self.notifications = notifications
        self.clock = clock
    }

    func append(to page: inout MetricsPage) {
        addRules(to: &page)
        addChannels(to: &page)
        addDatabase(store.databaseFigures, to: &page)
        addProcess(.now, to: &page)
    }

    // MARK: Rules

    private func addRules(to page: inout MetricsPage) {
        let hooks = rules.figures
        func labels(_ key: RuleStatistics.Key) -> MetricsPage.Labels {
            [("plugin", key.plugin.text), ("hook", key.hook)]
        }
        page.begin("entrepot_plugin_calls_total", .counter, "Calls of rules by how they ended.")
        for (key, figures) in hooks {
            for (outcome, count) in figures.outcomes {
                page.add(labels(key) + [("outcome", outcome)], count)
            }
        }
        page.begin("entrepot_plugin_seconds", .histogram, "How long calls of rules took.")
        for (key, figures) in hooks {
            var seen: UInt64 = 0
            let cumulative = HookFigures.bounds.indices.map { index in
                seen &+= figures.histogram[index]
                return seen
            }
            page.add(
                labels(key), bounds: HookFigures.bounds.map { $0 * 1_000 }, cumulative: cumulative,
                total: figures.calls, sum: figures.nanoseconds, isTime: true)
        }
        page.begin(
            "entrepot_plugin_divergences_total", .counter,
            "Calls in shadow that would have decided otherwise.")
        for (key, figures) in hooks { page.add(labels(key), figures.divergences) }
        page.begin("entrepot_plugin_instructions_total", .counter, "Instructions of rules.")
        for (key, figures) in hooks { page.add(labels(key), figures.instructions) }
        page.begin("entrepot_plugin_memory_peak_bytes", .gauge, "The most memory of a call.")
        for (key, figures) in hooks {
            page.add(labels(key), UInt64(clamping: figures.memoryPeak))
        }
        page.begin(
            "entrepot_plugin_lag_events", .gauge,
            "Events that the hooks after the commit have not heard yet.")
        for (plugin, lag) in rules.lags { page.add([("plugin", plugin.text)], lag) }
    }

    // MARK: Channels

    private func addChannels(to page: inout MetricsPage) {
        let channels = notifications.figures
        func count(_ number: Int64) -> UInt64 { UInt64(clamping: number) }
        page.begin("entrepot_deliveries_total", .counter, "Attempts to deliver notices.")
        for (channel, figures) in channels {
            page.add([("channel", channel.text), ("result", "sent")], count(figures.sent))
            page.add([("channel", channel.text), ("result", "failed")], count(figures.failed))
            page.add([("channel", channel.text), ("result", "retried")], count(figures.retried))
        }
        page.begin("entrepot_deliveries_dead", .gauge, "Notices in the dead-letter list.")
        for (channel, figures) in channels {
            page.add([("channel", channel.text)], count(figures.dead))
        }
        page.begin("entrepot_outbox_queued", .gauge, "Notices that wait.")
        for (channel, figures) in channels {
            page.add([("channel", channel.text)], count(figures.queued))
        }
        page.begin("entrepot_outbox_oldest_seconds", .gauge, "The age of the oldest that waits.")
        let now = clock.wallMilliseconds()
        for (channel, figures) in channels {
            let age = figures.oldest.map { max(0, now.subtracting($0.milliseconds)) } ?? 0
            page.add([("channel", channel.text)], count(age / 1_000))
        }
    }

    // MARK: RocksDB and the process

    private func addDatabase(_ figures: DatabaseFigures, to page: inout MetricsPage) {
        page.begin("entrepot_rocksdb_memtable_bytes", .gauge, "Memory of unflushed rows.")
        for family in figures.families { page.add([("family", family.name)], family.memtableBytes) }
        page.begin("entrepot_rocksdb_files", .gauge, "Sorted files by level.")
        for family in figures.families {
            for (level, count) in family.files.enumerated() {
                page.add([("family", family.name), ("level", "\(level)")], count)
            }
        }
        page.begin("entrepot_rocksdb_file_bytes", .gauge, "Bytes of sorted files.")
        for family in figures.families { page.add([("family", family.name)], family.fileBytes) }
        page.begin("entrepot_rocksdb_keys", .gauge, "Keys, as RocksDB guesses them.")
        for family in figures.families { page.add([("family", family.name)], family.keys) }
        page.begin(
            "entrepot_rocksdb_pending_compaction_bytes", .gauge,
            "Bytes that compactions have still to rewrite.")
        for family in figures.families {
            page.add([("family", family.name)], family.pendingCompactionBytes)
        }
        page.begin("entrepot_rocksdb_block_cache_bytes", .gauge, "Blocks in memory.")
        page.add(figures.blockCacheBytes)
        page.begin("entrepot_rocksdb_block_cache_capacity_bytes", .gauge, "Room for blocks.")
        page.add(figures.blockCacheCapacityBytes)
        page.begin("entrepot_rocksdb_block_cache_pinned_bytes", .gauge, "Blocks in use.")
        page.add(figures.blockCachePinnedBytes)
        page.begin(
            "entrepot_rocksdb_write_stopped", .gauge,
            "1 while writes wait for flushes or compactions.")
        page.add(figures.isWriteStopped ? 1 : 0)
        page.begin(
            "entrepot_rocksdb_delayed_write_rate_bytes", .gauge,
            "Bytes a second to which writes are slowed down; 0: they are not.")
        page.add(figures.delayedWriteRate)
        page.begin("entrepot_rocksdb_background_errors_total", .counter, "Failed flushes and such.")
        page.add(figures.backgroundErrors)
        page.begin("entrepot_rocksdb_running_flushes", .gauge, "Flushes under way.")
        page.add(figures.runningFlushes)
        page.begin("entrepot_rocksdb_running_compactions", .gauge, "Compactions under way.")
        page.add(figures.runningCompactions)
        page.begin("entrepot_rocksdb_wal_bytes", .gauge, "Bytes of the write-ahead logs.")
        page.add(figures.writeAheadLogBytes)
        guard let space = try? FreeSpace.bytes(store.directory) else { return }
        page.begin("entrepot_disk_free_bytes", .gauge, "Free bytes of the data directory's disk.")
        page.add(UInt64(clamping: space.available))
        page.begin("entrepot_disk_total_bytes", .gauge, "Bytes of the data directory's disk.")
        page.add(UInt64(clamping: space.total))
    }

    private func addProcess(_ figures: ProcessFigures, to page: inout MetricsPage) {
        page.begin("process_cpu_seconds_total", .counter, "Processor time of all threads.")
        page.add(nanoseconds: figures.processorNanoseconds)
        page.begin("process_resident_memory_bytes", .gauge, "Memory in the machine's.")
        page.add(figures.residentBytes)
        page.begin("process_virtual_memory_bytes", .gauge, "Addresses in use.")
        page.add(figures.virtualBytes)
        page.begin("process_open_fds", .gauge, "Open files and sockets.")
        page.add(UInt64(clamping: figures.openFiles))
        page.begin("process_max_fds", .gauge, "The most that may be open.")
        page.add(figures.maximumFiles)
        page.begin("process_threads", .gauge, "Threads.")
        page.add(UInt64(clamping: figures.threads))
        page.begin("process_start_time_seconds", .gauge, "When the process began.")
        page.add(nanoseconds: figures.startNanoseconds)
    }
}

extension Int64 {
    /// The difference, at the nearest end where it leaves 64 bits.
    fileprivate func subtracting(_ other: Int64) -> Int64 {
        let (result, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : result
    }
}

extension HookFigures {
    /// The calls by how they ended; together they are all calls.
    fileprivate var outcomes: [(outcome: String, count: UInt64)] {
        // Errors that refused a trade count among the rejections too.
        let failing = errors &- min(skips, errors)
        let refused = rejections &- min(failing, rejections)
        let ended = errors &+ refused
        return [
            ("ok", calls &- min(ended, calls)), ("refused", refused),
            ("error", errors &- min(kills, errors)), ("killed", kills),
        ]
    }
}
