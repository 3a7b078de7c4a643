import Basics

extension SettingTable {
    /// One row for each field of `Limits`, under the same name in snake_case.
    static let limits: [Setting] =
        requests + connections + http + records + ledger + slowlog + rules

    private static let mebibyte = 1 << 20
    private static let hour = 3_600_000

    private static let requests: [Setting] = [
        .number(
            "request_line_bytes", \.limits.requestLineBytes, .requests, .bytes,
            1_024...16 * mebibyte, changeable: true,
            "Longest request line of the inline form, with its line end."),
        .number(
            "argument_bytes", \.limits.argumentBytes, .requests, .bytes,
            1_024...64 * mebibyte, changeable: true, "Longest single argument."),
        .number(
            "request_arguments", \.limits.requestArguments, .requests, .count,
            16...65_536, changeable: true, "Most arguments of one request."),
        .number(
            "request_bytes", \.limits.requestBytes, .requests, .bytes,
            64 * 1_024...256 * mebibyte, changeable: true,
            "Most bytes of one request, all arguments together."),
        .number(
            "anonymous_argument_bytes", \.limits.anonymousArgumentBytes, .requests, .bytes,
            256...mebibyte, changeable: true, "Longest single argument before log-in."),
        .number(
            "anonymous_arguments", \.limits.anonymousArguments, .requests, .count,
            4...1_024, changeable: true, "Most arguments of one request before log-in."),
        .number(
            "pipeline_replies", \.limits.pipelineReplies, .requests, .count,
            1...1_000_000, changeable: true,
            "Unanswered requests of one connection at which it is read no further."),
        .number(
            "pipeline_bytes", \.limits.pipelineBytes, .requests, .bytes,
            64 * 1_024...1_024 * mebibyte, changeable: true,
            "Unsent reply bytes of one connection at which it is read no further."),
        .number(
            "transaction_commands", \.limits.transactionCommands, .requests, .count,
            1...100_000, changeable: true, "Most commands of one MULTI."),
    ]

    private static let connections: [Setting] = [
        .number(
            "max_connections", \.limits.maxConnections, .connections, .count,
            1...1_000_000, changeable: true, "Most connections at once, both edges together."),
        .number(
            "max_connections_per_address", \.limits.maxConnectionsPerAddress, .connections, .count,
            1...1_000_000, changeable: true, "Most connections at once from one address."),
        .number(
            "login_milliseconds", \.limits.loginMilliseconds, .connections, .milliseconds,
            100...hour, changeable: true,
            "A connection that has not logged in after this time is closed."),
        .number(
            "idle_milliseconds", \.limits.idleMilliseconds, .connections, .milliseconds,
            0...24 * hour, changeable: true,
            "A connection without any request for this time is closed; 0 never closes it."),
        .number(
            "output_buffer_hard_bytes", \.limits.outputBufferHardBytes, .connections, .bytes,
            64 * 1_024...4_096 * mebibyte, changeable: true,
            "Unsent output at which a connection is cut off at once."),
        .number(
            "output_buffer_soft_bytes", \.limits.outputBufferSoftBytes, .connections, .bytes,
            64 * 1_024...4_096 * mebibyte, changeable: true,
            "Unsent output that a connection may hold for output_buffer_soft_milliseconds."),
        .number(
            "output_buffer_soft_milliseconds", \.limits.outputBufferSoftMilliseconds, .connections,
            .milliseconds, 100...hour, changeable: true,
            "How long a connection may stay above output_buffer_soft_bytes."),
        .number(
            "subscriber_buffer_hard_bytes", \.limits.subscriberBufferHardBytes, .connections,
            .bytes, 64 * 1_024...4_096 * mebibyte, changeable: true,
            "Unsent output at which a subscriber is cut off at once."),
        .number(
            "subscriber_buffer_soft_bytes", \.limits.subscriberBufferSoftBytes, .connections,
            .bytes, 64 * 1_024...4_096 * mebibyte, changeable: true,
            "Unsent output that a subscriber may hold for subscriber_buffer_soft_milliseconds."),
        .number(
            "subscriber_buffer_soft_milliseconds", \.limits.subscriberBufferSoftMilliseconds,
            .connections, .milliseconds, 100...hour, changeable: true,
            "How long a subscriber may stay above subscriber_buffer_soft_bytes."),
        .number(
            "subscribers", \.limits.subscribers, .connections, .count, 1...1_000_000,
            changeable: true, "Most subscriptions at once, all connections together."),
        .number(
            "client_name_bytes", \.limits.clientNameBytes, .connections, .bytes, 16...4_096,
            changeable: true, "Longest name of a connection and of its client's library."),
    ]

    private static let http: [Setting] = [
        .number(
            "http_head_bytes", \.limits.httpHeadBytes, .http, .bytes, 1_024...mebibyte,
            "Longest request head."),
        .number(
            "http_head_fields", \.limits.httpHeadFields, .http, .count, 8...1_024,
            "Most header fields of a request."),
        .number(
            "http_body_bytes", \.limits.httpBodyBytes, .http, .bytes, 1_024...64 * mebibyte,
            "Longest request body."),
        .number(
            "http_import_bytes", \.limits.httpImportBytes, .http, .bytes,
            1_024...4_096 * mebibyte, "Longest body of an import."),
        .number(
            "http_head_milliseconds", \.limits.httpHeadMilliseconds, .http, .milliseconds,
            100...hour, "A head that is not complete after this time closes the connection."),
        .number(
            "http_body_milliseconds", \.limits.httpBodyMilliseconds, .http, .milliseconds,
            100...hour, "A body that is not complete after this time closes the connection."),
        .number(
            "http_body_bytes_per_second", \.limits.httpBodyBytesPerSecond, .http, .bytes,
            1...64 * mebibyte, changeable: true,
            "A larger body gets a second more for each so many bytes of it that have come."),
        .number(
            "http_idle_milliseconds", \.limits.httpIdleMilliseconds, .http, .milliseconds,
            100...hour, "A kept connection without a request for this time is closed."),
        .number(
            "http_write_milliseconds", \.limits.httpWriteMilliseconds, .http, .milliseconds,
            100...hour, "A reply of which nothing could be sent for this time is given up."),
        .number(
            "feed_heartbeat_milliseconds", \.limits.feedHeartbeatMilliseconds, .http,
            .milliseconds, 1_000...hour, changeable: true,
            "How often a feed says that it lives, and where it is."),
        .number(
            "feed_message_bytes", \.limits.feedMessageBytes, .http, .bytes, 1_024...mebibyte,
            "Longest message of a client over WebSocket."),
        .number(
            "feed_subscriptions", \.limits.feedSubscriptions, .http, .count, 1...1_024,
            changeable: true, "Most subscriptions of one WebSocket."),
    ]

    private static let records: [Setting] = [
        .number(
            "json_depth", \.limits.jsonDepth, .records, .count, 4...128,
            "Deepest nesting of a JSON document."),
        .number(
            "trade_lines", \.limits.tradeLines, .records, .count, 1...10_000,
            "Most lines of one trade or shipment."),
        .number(
            "attributes_bytes", \.limits.attributesBytes, .records, .bytes, 256...mebibyte,
            "Longest attributes document of one record."),
        .fixed(
            "identifier_bytes", Limits.identifierBytes, .records, .bytes,
            "Longest id, and longest key of KEY."),
        .fixed(
            "event_bytes", Limits.eventBytes, .records, .bytes, "Longest event as it is stored."),
        .fixed(
            "transaction_bytes", Limits.transactionBytes, .records, .bytes,
            "Most bytes of the events of one command or MULTI."),
        .number(
            "text_bytes", \.limits.textBytes, .records, .bytes, 64...16 * 1_024,
            "Longest name, description, reason, note or reference."),
        .number(
            "search_bytes", \.limits.searchBytes, .records, .bytes, 16...4_096, changeable: true,
            "Longest text that ITEM SEARCH looks for."),
        .number(
            "ttl_seconds", \.limits.ttlSeconds, .records, .seconds, 1...10 * 31_536_000,
            changeable: true, "Longest time that a reservation may last."),
        .number(
            "summary_days", \.limits.summaryDays, .records, .count, 1...36_600,
            changeable: true, "Most days of one TRADE SUMMARY."),
        .number(
            "page_records", \.limits.pageRecords, .records, .count, 1...100_000, changeable: true,
            "Most records of one page."),
        .number(
            "page_bytes", \.limits.pageBytes, .records, .bytes, 64 * 1_024...256 * mebibyte,
            changeable: true, "A page ends before it grows beyond this."),
        .number(
            "page_examined_rows", \.limits.pageExaminedRows, .records, .count, 100...10_000_000,
            changeable: true, "Rows that a page may examine before it ends, short, with `next`."),
    ]

    private static let ledger: [Setting] = [
        .number(
            "group_commands", \.limits.groupCommands, .ledger, .count, 1...65_536,
            "Most commands decided and written together."),
        .number(
            "group_bytes", \.limits.groupBytes, .ledger, .bytes, 4_096...64 * mebibyte,
            "Most bytes written together."),
        .number(
            "clock_skew_milliseconds", \.limits.clockSkewMilliseconds, .ledger, .milliseconds,
            0...24 * hour, changeable: true,
            "How far the wall clock may run ahead of the monotonic one before timers pause."),
        .number(
            "wait_milliseconds", \.limits.waitMilliseconds, .ledger, .milliseconds,
            1...hour, changeable: true, "Longest wait of AFTER, WAIT and blocking reads."),
        .number(
            "recovery_milliseconds", \.limits.recoveryMilliseconds, .ledger, .milliseconds,
            1_000...24 * hour, "Recovery that makes no progress for this time gives up."),
        .number(
            "free_space_floor_bytes", \.limits.freeSpaceFloorBytes, .ledger, .bytes,
            16 * mebibyte...1 << 44, changeable: true,
            "Free space of the data directory's disk under which writes get NOSPACE."),
        .number(
            "free_space_floor_percent", \.limits.freeSpaceFloorPercent, .ledger, .percent,
            0...50, changeable: true, "The same as a share of the disk: the larger holds."),
    ]

    private static let slowlog: [Setting] = [
        .number(
            "slowlog_microseconds", \.limits.slowlogMicroseconds, .slowlog, .microseconds,
            0...3_600_000_000, changeable: true,
            "A command that takes longer goes into the slow log; 0 logs all."),
        .number(
            "slowlog_request_bytes", \.limits.slowlogRequestBytes, .slowlog, .bytes,
            0...1_024 * mebibyte, changeable: true,
            "A command whose request is larger goes into the slow log."),
        .number(
            "slowlog_reply_bytes", \.limits.slowlogReplyBytes, .slowlog, .bytes,
            0...1_024 * mebibyte, changeable: true,
            "A command whose reply is larger goes into the slow log."),
        .number(
            "slowlog_entries", \.limits.slowlogEntries, .slowlog, .count, 1...100_000,
            changeable: true, "Entries that the slow log keeps."),
    ]

    private static let rules: [Setting] = [
        .number(
            "max_plugins", \.limits.maxPlugins, .rules, .count, 0...4_096, "Most plugins."),
        .number(
            "rule_instructions", \.limits.ruleInstructions, .rules, .instructions,
            1_000...100_000_000, "Instructions of one call of a hook inside a trade."),
        .number(
            "rule_microseconds", \.limits.ruleMicroseconds, .rules, .microseconds,
            50...1_000_000, "Time of one call of a hook inside a trade."),
        .number(
            "rule_trade_microseconds", \.limits.ruleTradeMicroseconds, .rules, .microseconds,
            50...10_000_000, "Time of all rules of one trade."),
        .number(
            "rule_transaction_microseconds", \.limits.ruleTransactionMicroseconds, .rules,
            .microseconds, 50...60_000_000, "Time of all rules of one MULTI."),
        .number(
            "rule_after_instructions", \.limits.ruleAfterInstructions, .rules, .instructions,
            1_000...10_000_000_000, "Instructions of one call of a hook after the commit."),
        .number(
            "rule_after_milliseconds", \.limits.ruleAfterMilliseconds, .rules, .milliseconds,
            1...60_000, "Time of one call of a hook after the commit."),
        .number(
            "rule_memory_bytes", \.limits.ruleMemoryBytes, .rules, .bytes,
            256 * 1_024...1_024 * mebibyte, "Memory of one plugin."),
        .number(
            "rule_state_bytes", \.limits.ruleStateBytes, .rules, .bytes, 0...16 * mebibyte,
            "The table `entrepot.state` of one plugin."),
    ]
}
