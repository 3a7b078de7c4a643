import Ledger

/// A named reader of a group.
struct Consumer: Equatable {
    let number: UInt32
    let name: String
    /// When it last asked, milliseconds since 1970.
    var seen: Int64
    /// When it last got something; -1: never.
    var active: Int64 = -1
    var pendingCount = 0

    /// Its entry in `XINFO CONSUMERS`.
    func info(now: Int64) -> ReplyValue {
        .map([
            ("name", .text(name)), ("pending", .integer(Int64(pendingCount))),
            ("idle", .integer(max(0, now - seen))),
            ("inactive", .integer(active < 0 ? -1 : max(0, now - active))),
        ])
    }
}

/// A durable reader of the stream `events` whose consumers share its entries.
struct ConsumerGroup {
    static let maximumNameBytes = 64
    static let maximumConsumers = 1_024

    let name: String
    /// The last event that was given to any consumer.
    var lastSeq: UInt64
    private(set) var consumers: [UInt32: Consumer] = [:]
    private var numbers: [String: UInt32] = [:]
    private(set) var pending = PendingList()
    private(set) var nextNumber: UInt32 = 1

    init(name: String, lastSeq: UInt64) {
        self.name = name
        self.lastSeq = lastSeq
    }

    var consumersByAge: [Consumer] { consumers.values.sorted { $0.number < $1.number } }

    func consumer(named name: String) -> Consumer? {
        numbers[name].flatMap { consumers[$0] }
    }

    // MARK: Consumers

    /// The consumer of a name, made where it is new.
    ///
    /// - Throws: `LIMIT` where the group has too many.
    mutating func join(_ name: String, now: Int64) throws(CommandError) -> (UInt32, isNew: Bool) {
        if let number = numbers[name] {
            consumers[number]?.seen = now
            return (number, false)
        }
        if consumers.count >= Self.maximumConsumers {
            throw CommandError(.limit, "a group has at most \(Self.maximumConsumers) consumers")
        }
        if name.utf8.count > Self.maximumNameBytes {
            throw CommandError(
                .range, "a consumer's name has at most \(Self.maximumNameBytes) bytes")
        }
        restore(Consumer(number: nextNumber, name: name, seen: now))
        return (nextNumber - 1, true)
    }

    /// Puts a consumer back as it was stored.
    mutating func restore(_ consumer: Consumer) {
        consumers[consumer.number] = consumer
        numbers[consumer.name] = consumer.number
        nextNumber = max(nextNumber, consumer.number &+ 1)
    }

    /// Forgets a consumer and its pending entries.
    ///
    /// - Returns: the seqs that were pending; nil where there is no such consumer.
    mutating func leave(_ name: String) -> [UInt64]? {
        guard let number = numbers.removeValue(forKey: name) else { return nil }
        consumers[number] = nil
        let seqs = pending.all.filter { $0.consumer == number }.map(\.seq)
        for seq in seqs { _ = pending.remove(seq) }
        return seqs
    }

    // MARK: Pending entries

    /// Gives an entry to a consumer, or to another one than before.
    mutating func give(_ entry: PendingEntry) {
        if let before = pending[entry.seq] {
            consumers[before.consumer]?.pendingCount -= 1
        }
        pending.set(entry)
        consumers[entry.consumer]?.pendingCount += 1
    }

    /// - Returns: whether it was pending.
    mutating func acknowledge(_ seq: UInt64) -> Bool {
        guard let entry = pending.remove(seq) else { return false }
        consumers[entry.consumer]?.pendingCount -= 1
        return true
    }

    mutating func markActive(_ number: UInt32, now: Int64) { consumers[number]?.active = now }

    /// Its entry in `XINFO GROUPS`. Every event before the last given one has been read.
    func info(lastSeq end: UInt64) -> ReplyValue {
        .map([
            ("name", .text(name)), ("consumers", .integer(Int64(consumers.count))),
            ("pending", .integer(Int64(pending.count))),
            ("last-delivered-id", .text("\(lastSeq)-0")),
            ("entries-read", .integer(Int64(clamping: lastSeq))),
            ("lag", .integer(Int64(clamping: end > lastSeq ? end - lastSeq : 0))),
        ])
    }
}

/// The consumer groups of this server.
final class ConsumerGroups {
    static let maximum = 1_024

    private var groups: [String: ConsumerGroup] = [:]

    init() {}

    var all: [ConsumerGroup] { groups.values.sorted { $0.name < $1.name } }

    subscript(_ name: String) -> ConsumerGroup? {
        get { groups[name] }
        set { groups[name] = newValue }
    }

    /// - Throws: `NOGROUP` with the text that `message` gives.
    func group(
        _ name: String, _ message: (String) -> String
    ) throws(CommandError) -> ConsumerGroup {
        guard let group = groups[name] else { throw CommandError(.noGroup, message(name)) }
        return group
    }

    /// Changes a group in place, without a copy of its pending entries.
    ///
    /// - Returns: what `body` returned; nil where there is no such group.
    func change<Result>(
        _ name: String, _ body: (inout ConsumerGroup) throws(CommandError) -> Result
    ) throws(CommandError) -> Result? {
        guard let place = groups.index(forKey: name) else { return nil }
        return try body(&groups.values[place])
    }
}
