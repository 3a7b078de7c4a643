import Basics

/// Every key of the configuration, in the order of the documentation.
///
/// A new setting is a field of `Configuration` (or `Limits`) with its default, and one row here.
package enum SettingTable {
    /// All rows; keys are unique.
    package static let rows: [Setting] =
        server + durability + log + accounts + security + limits + web + notices

    private static let byKey: [String: Setting] = Dictionary(
        rows.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })

    /// The row of `key`, written exactly. Complexity: O(1).
    package static func row(_ key: String) -> Setting? { byKey[key] }

    /// The known key that a mistyped one most resembles, if any does.
    package static func nearest(to key: String) -> String? {
        NearestWord.find(key, in: rows.map(\.key))
    }

    private static let server: [Setting] = [
        .value("tcp", \.tcp, .server, "Where the TCP edge listens; port 0 takes a free one."),
        .optional(
            "http", \.http, .server, none: "off",
            "Where the HTTP edge listens; `off` switches it off."),
        .path("data", \.data, .server, .directory, "The data directory."),
        .path("plugins", \.plugins, .server, .directory, "The directory of rules to watch."),
        .file(
            "config", \.config, .server,
            "The configuration file; only as a flag or a variable."),
        .optional(
            "follow", \.follow, .server, none: "no", "The leader to follow; `no` leads."),
        .number(
            "loops", \.loops, .server, .count, 0...64,
            "Threads that serve connections; 0 chooses by the number of processors."),
    ]

    private static let durability: [Setting] = [
        .value(
            "fsync", \.fsync, .durability, changeable: true,
            "When writes are forced to the disk: before each reply, every MS milliseconds, or "
                + "when the system likes."),
        .value(
            "mark", \.mark, .durability,
            "When the high-water mark is written: with each group or every MS milliseconds."),
        .number(
            "block_cache_bytes", \.blockCacheBytes, .durability, .bytes, 1 << 20...1 << 40,
            "Memory for blocks read from the disk."),
        .number(
            "write_buffer_bytes", \.writeBufferBytes, .durability, .bytes, 1 << 20...1 << 32,
            "Memory for the writes of one family before they go to the disk."),
        .number(
            "write_ahead_log_bytes", \.writeAheadLogBytes, .durability, .bytes, 1 << 20...1 << 36,
            "Size of the write-ahead log at which the oldest writes go to the disk."),
    ]

    private static let log: [Setting] = [
        .value(
            "log", \.log, .log, changeable: true,
            "The shape of log lines; text becomes journal lines under systemd."),
        .value(
            "log_level", \.logLevel, .log, changeable: true,
            "The least grave level that is logged."),
    ]
}
