import Basics
import Domain
import Ledger

/// The options of `XCLAIM`.
struct ClaimOptions {
    var idle: Int64?
    var time: Int64?
    var retryCount: UInt64?
    var isForced = false
    var isJustID = false
    var lastSeq: UInt64?
}

extension Session {
    private func existing(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> ConsumerGroup {
        let name = request.text(2)
        guard request[1].equals(EventStream.name), let group = server.groups[name] else {
            throw CommandError(
                .noGroup, "No such key '\(request.text(1))' or consumer group '\(name)'")
        }
        return group
    }

    // MARK: XPENDING

    func pending(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome {
        let group = try existing(request)
        if request.count == 3 { return .reply(try summary(group)) }
        var position = 3
        var minimumIdle: Int64 = 0
        if request[position].equalsFolded("IDLE"), request.count > 4 {
            minimumIdle = try request.integer(4)
            position = 5
        }
        guard request.count == position + 3 || request.count == position + 4 else {
            throw .syntaxError
        }
        let range = try StreamRange.parse(request[position], request[position + 1])
        let count = try request.integer(position + 2)
        var wanted: UInt32?
        if request.count == position + 4 {
            guard let consumer = group.consumer(named: request.text(position + 3)) else {
                return .reply(.array([]))
            }
            wanted = consumer.number
        }
        let now = server.clock.wallMilliseconds()
        let stream = try stream()
        var rows: [ReplyValue] = []
        for entry in group.pending.from(range.first) {
            if entry.seq > range.last || rows.count >= max(0, count) { break }
            let idle = max(0, now - entry.delivered)
            if idle < minimumIdle || wanted.map({ $0 != entry.consumer }) == true { continue }
            rows.append(
                .array([
                    .text(stream.id(of: entry.seq)),
                    .text(group.consumers[entry.consumer]?.name ?? ""), .integer(idle),
                    .integer(Int64(clamping: entry.deliveryCount)),
                ]))
        }
        return .reply(.array(rows))
    }

    private func summary(_ group: ConsumerGroup) throws(CommandError) -> ReplyValue {
        guard let first = group.pending.all.first, let last = group.pending.all.last else {
            return .array([.integer(0), .null, .null, .nullArray])
        }
        let stream = try stream()
        let consumers = group.consumersByAge.filter { $0.pendingCount > 0 }.map {
            ReplyValue.array([.text($0.name), .text(String($0.pendingCount))])
        }
        return .array([
            .integer(Int64(group.pending.count)), .text(stream.id(of: first.seq)),
            .text(stream.id(of: last.seq)), .array(consumers),
        ])
    }

    // MARK: XCLAIM

    func claim(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome {
        let group = try existing(request)
        let minimumIdle = max(0, try request.integer(4))
        var seqs: [UInt64] = []
        var position = 5
        while position < request.count, let id = StreamID(request[position]) {
            seqs.append(id.seq)
            position += 1
        }
        if seqs.isEmpty { throw StreamID.malformed }
        let options = try claimOptions(request, from: position)
        let now = server.clock.wallMilliseconds()
        let stream = try stream()
        var chosen: [PendingEntry] = []
        for seq in seqs {
            var entry = group.pending[seq]
            if entry == nil, options.isForced, seq > 0, seq <= stream.lastSeq {
                entry = PendingEntry(seq: seq, consumer: 0, delivered: 0, deliveryCount: 0)
            }
            guard let entry, now - entry.delivered >= minimumIdle else { continue }
            chosen.append(entry)
        }
        return .held(
            .array(
                try take(
                    chosen, group: group.name, consumer: request.text(3), options, now: now)))
    }

    private func claimOptions(
        _ request: borrowing ArgumentVector, from first: Int
    ) throws(CommandError) -> ClaimOptions {
        var options = ClaimOptions()
        var position = first
        while position < request.count {
            let hasValue = position + 1 < request.count
            if request[position].equalsFolded("FORCE") {
                options.isForced = true
            } else if request[position].equalsFolded("JUSTID") {
                options.isJustID = true
            } else if request[position].equalsFolded("IDLE"), hasValue {
                position += 1
                options.idle = try request.integer(position)
            } else if request[position].equalsFolded("TIME"), hasValue {
                position += 1
                options.time = try request.integer(position)
            } else if request[position].equalsFolded("RETRYCOUNT"), hasValue {
                position += 1
                options.retryCount = UInt64(clamping: try request.integer(position))
            } else if request[position].equalsFolded("LASTID"), hasValue {
                position += 1
                guard let id = StreamID(request[position]) else { throw StreamID.malformed }
                options.lastSeq = id.seq
            } else {
                throw CommandError(
                    .err, "Unrecognized XCLAIM option '\(request.text(position))'")
            }
            position += 1
        }
        return options
    }

    /// Gives entries to a consumer.
    ///
    /// - Returns: the entries, or their ids where only those are wanted.
    private func take(
        _ entries: [PendingEntry], group name: String, consumer: String, _ options: ClaimOptions,
        now: Int64
    ) throws(CommandError) -> [ReplyValue] {
        let stream = try stream()
        var delivered = now
        if let idle = options.idle { delivered = now.subtractingReportingOverflow(max(0, idle)).0 }
        if let time = options.time { delivered = min(time, now) }
        var replies: [ReplyValue] = []
        _ = try server.groups.change(name) { (group) throws(CommandError) in
            let (number, _) = try group.join(consumer, now: now)
            if let last = options.lastSeq { group.lastSeq = max(group.lastSeq, last) }
            for entry in entries {
                guard let value = try stream.entry(entry.seq)?.value else { continue }
                var taken = entry
                taken.consumer = number
                taken.delivered = delivered
                if let count = options.retryCount {
                    taken.deliveryCount = count
                } else if !options.isJustID {
                    taken.deliveryCount &+= 1
                }
                group.give(taken)
                keep(taken, of: name)
                replies.append(options.isJustID ? .text(stream.id(of: entry.seq)) : value)
            }
            if !replies.isEmpty { group.markActive(number, now: now) }
        }
        keep(name)
        return replies
    }

    // MARK: XAUTOCLAIM

    func autoclaim(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome {
        let group = try existing(request)
        let minimumIdle = max(0, try request.integer(4))
        let range = try StreamRange.parse(request[5], request[5])
        var options = ClaimOptions()
        var count = 100
        var position = 6
        while position < request.count {
            if request[position].equalsFolded("JUSTID") {
                options.isJustID = true
            } else if request[position].equalsFolded("COUNT"), position + 1 < request.count {
                position += 1
                count = Int(clamping: try request.integer(position))
                if count <= 0 { throw CommandError(.err, "COUNT must be > 0") }
            } else {
                throw .syntaxError
            }
            position += 1
        }
        let now = server.clock.wallMilliseconds()
        var chosen: [PendingEntry] = []
        var next: UInt64 = 0
        // As Redis: ten times as many are looked at as are wanted.
        var budget = count.multipliedReportingOverflow(by: 10).overflow ? .max : count * 10
        for entry in group.pending.from(range.first) {
            if chosen.count >= count || budget == 0 {
                next = entry.seq
                break
            }
            budget -= 1
            if now - entry.delivered >= minimumIdle { chosen.append(entry) }
        }
        let taken = try take(
            chosen, group: group.name, consumer: request.text(3), options, now: now)
        let stream = try stream()
        return .held(
            .array([
                .text(next == 0 ? "0-0" : stream.id(of: next)), .array(taken), .array([]),
            ]))
    }
}
