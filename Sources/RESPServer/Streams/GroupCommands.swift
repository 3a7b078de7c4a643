import Basics
import Connections
import Domain
import Ledger

extension Session {
    func runGroup(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .xgroupCreate: return try createGroup(request)
        case .xgroupSetID: return try setGroupID(request)
        case .xgroupDestroy: return try destroyGroup(request)
        case .xgroupCreateConsumer: return try createConsumer(request)
        case .xgroupDelConsumer: return try removeConsumer(request)
        case .xreadgroup: return try readGroup(request)
        case .xack: return try acknowledge(request)
        case .xpending: return try pending(request)
        case .xclaim: return try claim(request)
        case .xautoclaim: return try autoclaim(request)
        default: throw Self.misplaced(command)
        }
    }

    // MARK: Keeping

    /// Keeps a group's head with the open group of the ledger.
    func keep(_ name: String) {
        let bytes = server.groups[name].map { GroupStore.encode($0) }
        server.ledger.setLocal(GroupStore.groupKey(name), bytes)
    }

    func keep(_ entry: PendingEntry, of name: String) {
        server.ledger.setLocal(
            GroupStore.pendingKey(name, entry.seq), GroupStore.encode(entry))
    }

    func forget(_ seqs: [UInt64], of name: String) {
        for seq in seqs { server.ledger.setLocal(GroupStore.pendingKey(name, seq), nil) }
    }

    // MARK: XGROUP

    private static let noKey = CommandError(
        .err,
        "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use "
            + "the MKSTREAM option to create an empty stream automatically.")

    static func noGroup(_ name: String) -> CommandError {
        CommandError(.noGroup, "No such consumer group '\(name)' for key name 'events'")
    }

    /// The seq that an id of `XGROUP` stands for.
    private func groupStart(_ word: Span<UInt8>) throws(CommandError) -> UInt64 {
        if word.equals("$") { return server.ledger.durableSeq }
        guard let id = StreamID(word) else { throw StreamID.malformed }
        return try stream().seq(of: id)
    }

    private func createGroup(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        var position = 5
        while position < request.count {
            if request[position].equalsFolded("MKSTREAM") {
                position += 1
            } else if request[position].equalsFolded("ENTRIESREAD"), position + 1 < request.count {
                _ = try request.integer(position + 1)
                position += 2
            } else {
                throw .syntaxError
            }
        }
        if !request[2].equals(EventStream.name) { throw Self.noKey }
        let start = try groupStart(request[4])
        guard let name = request[3].validatedText,
            (1...ConsumerGroup.maximumNameBytes).contains(name.utf8.count)
        else {
            throw CommandError(
                .range, "a group's name has 1-\(ConsumerGroup.maximumNameBytes) bytes of UTF-8")
        }
        if server.groups[name] != nil {
            throw CommandError(.busyGroup, "Consumer Group name already exists")
        }
        if server.groups.all.count >= ConsumerGroups.maximum {
            throw CommandError(.limit, "at most \(ConsumerGroups.maximum) consumer groups")
        }
        server.groups[name] = ConsumerGroup(name: name, lastSeq: start)
        keep(name)
        return .held(.ok)
    }

    private func setGroupID(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if !request[2].equals(EventStream.name) { throw Self.noKey }
        let name = request.text(3)
        let start = try groupStart(request[4])
        let changed: Void? = try server.groups.change(name) { $0.lastSeq = start }
        if changed == nil { throw Self.noGroup(name) }
        keep(name)
        return .held(.ok)
    }

    private func destroyGroup(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if !request[2].equals(EventStream.name) { throw Self.noKey }
        let name = request.text(3)
        guard let group = server.groups[name] else { return .reply(.integer(0)) }
        forget(group.pending.all.map(\.seq), of: name)
        server.groups[name] = nil
        keep(name)
        return .held(.integer(1))
    }

    private func createConsumer(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if !request[2].equals(EventStream.name) { throw Self.noKey }
        let (group, consumer) = (request.text(3), request.text(4))
        let now = server.clock.wallMilliseconds()
        let isNew = try server.groups.change(group) { (group) throws(CommandError) -> Bool in
            try group.join(consumer, now: now).isNew
        }
        guard let isNew else { throw Self.noGroup(group) }
        if !isNew { return .reply(.integer(0)) }
        keep(group)
        return .held(.integer(1))
    }

    private func removeConsumer(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if !request[2].equals(EventStream.name) { throw Self.noKey }
        let (name, consumer) = (request.text(3), request.text(4))
        let left = try server.groups.change(name) { $0.leave(consumer) }
        guard let left else { throw Self.noGroup(name) }
        guard let seqs = left else { return .reply(.integer(0)) }
        forget(seqs, of: name)
        keep(name)
        return .held(.integer(Int64(seqs.count)))
    }

    // MARK: XREADGROUP and XACK

    private func readGroup(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        let options = try StreamReadOptions(request, from: 1, limits: server.limits)
        guard let name = options.group else {
            throw CommandError(
                .err, "Missing GROUP option for XREADGROUP")
        }
        let key = request[options.keyPosition]
        guard key.equals(EventStream.name), server.groups[name] != nil else {
            throw CommandError(
                .noGroup,
                "No such key '\(key.lossyText)' or consumer group '\(name)' in XREADGROUP with "
                    + "GROUP option")
        }
        let now = server.clock.wallMilliseconds()
        let joined = try server.groups.change(name) {
            (group) throws(CommandError) -> (UInt32, isNew: Bool) in
            try group.join(options.consumer, now: now)
        }
        guard let (number, isNew) = joined else { throw Self.noGroup(name) }
        if isNew { keep(name) }
        let word = request[options.idPosition]
        if word.equals(">") {
            return try readNew(options, group: name, consumer: number, now: now)
        }
        if word.equals("$") {
            throw CommandError(
                .err,
                "The $ ID is meaningless in the context of XREADGROUP: you want to read the "
                    + "history of this consumer by specifying a proper ID, or use the > ID to get "
                    + "new messages. The $ ID would just return an empty result set.")
        }
        guard let id = StreamID(word) else { throw StreamID.malformed }
        return try readOwn(after: try stream().seq(of: id), options, group: name, number)
    }

    /// Entries that nobody of the group was given.
    private func readNew(
        _ options: StreamReadOptions, group name: String, consumer: UInt32, now: Int64
    ) throws(CommandError) -> SessionOutcome {
        guard let group = server.groups[name] else { throw Self.noGroup(name) }
        let stream = try stream()
        if group.lastSeq >= stream.lastSeq { return wait(options, after: group.lastSeq) }
        let found = try stream.entries(
            StreamRange(first: group.lastSeq + 1, last: .max), count: options.count)
        _ = try server.groups.change(name) { (group) throws(CommandError) in
            group.lastSeq = max(group.lastSeq, found.reached)
            if found.seqs.isEmpty { return }
            group.markActive(consumer, now: now)
            if options.isWithoutAcknowledgement { return }
            for seq in found.seqs {
                let entry = PendingEntry(
                    seq: seq, consumer: consumer, delivered: now, deliveryCount: 1)
                group.give(entry)
                keep(entry, of: name)
            }
        }
        keep(name)
        if found.entries.isEmpty { return wait(options, after: found.reached) }
        return .held(streamReply(found.entries))
    }

    /// Entries that this consumer was given and has not acknowledged.
    private func readOwn(
        after seq: UInt64, _ options: StreamReadOptions, group name: String, _ number: UInt32
    ) throws(CommandError) -> SessionOutcome {
        guard let group = server.groups[name] else { throw Self.noGroup(name) }
        let stream = try stream()
        var entries: [ReplyValue] = []
        if seq < .max {
            for pending in group.pending.from(seq + 1) where pending.consumer == number {
                if entries.count >= options.count ?? server.limits.pageExaminedRows { break }
                let gone = ReplyValue.array([.text(stream.id(of: pending.seq)), .nullArray])
                entries.append(try stream.entry(pending.seq)?.value ?? gone)
            }
        }
        return .reply(streamReply(entries))
    }

    private func acknowledge(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        let name = request.text(2)
        if !request[1].equals(EventStream.name) { return .reply(.integer(0)) }
        var seqs: [UInt64] = []
        for word in 3..<request.count {
            guard let id = StreamID(request[word]) else { throw StreamID.malformed }
            seqs.append(id.seq)
        }
        let done = try server.groups.change(name) { group in
            seqs.filter { group.acknowledge($0) }
        }
        guard let done, !done.isEmpty else { return .reply(.integer(0)) }
        forget(done, of: name)
        return .held(.integer(Int64(done.count)))
    }
}
