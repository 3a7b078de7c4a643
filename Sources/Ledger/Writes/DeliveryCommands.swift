import Basics
import Domain
import Storage

/// `CHANNEL REDELIVER` and `CHANNEL DROP`: what an operator does about single notices.
enum DeliveryCommands {
    /// `CHANNEL REDELIVER name id`: tried again from the beginning, whatever became of it.
    static func redeliver(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (channel, row) = try found(words, transaction)
        if row.status == .queued {
            throw CommandError(.badState, "notice \(row.notice.id) is queued already")
        }
        try set(.queued, row, channel, transaction, reply)
    }

    /// `CHANNEL DROP name id`: not tried any more.
    static func drop(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        let (channel, row) = try found(words, transaction)
        if row.status == .delivered || row.status == .dropped {
            throw CommandError(
                .badState, "notice \(row.notice.id) is \(row.status.name) already")
        }
        try set(.dropped, row, channel, transaction, reply)
    }

    private static func set(
        _ status: DeliveryStatus, _ row: OutboxRow, _ channel: Channel,
        _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var delivery =
            row.delivery ?? Delivery(key: row.key, status: status, updated: transaction.now)
        delivery.status = status
        delivery.next = nil
        if status == .queued { delivery.attempts = 0 }
        delivery.updated = transaction.now
        delivery.seq = transaction.nextSeq
        transaction.emit(.noticeProgress, .notices(NoticeChange(deliveries: [delivery])))
        reply.value = .record
        reply.body.appendJSON(
            row.notice, delivery, channel: channel.id, names: transaction.names)
    }

    /// The channel and the notice of a request: by its sequence, or by its id.
    private static func found(
        _ words: borrowing ArgumentVector, _ transaction: Transaction
    ) throws(CommandError) -> (Channel, OutboxRow) {
        var cursor = ArgumentCursor(at: 2)
        let channel = try ChannelCommands.channel(words, &cursor, transaction)
        if transaction.caller.stations != nil || channel.station != nil {
            try PluginScope.require(channel.station, transaction)
        }
        let word = try cursor.text(words, "notice", maximumBytes: 512)
        try cursor.finish(words)
        let number = channel.number
        let found: OutboxRow?
        do throws(StorageError) {
            if let sequence = UInt64(word) {
                found = try transaction.view.outboxRow(
                    NoticeKey(channel: number, sequence: sequence))
            } else {
                found = try find(word, channel: number, transaction.view)
            }
        } catch { throw CommandError(error) }
        guard let row = found else { throw .notFound("notice", word) }
        return (channel, row)
    }

    private static func find(
        _ id: String, channel: UInt32, _ view: ReadView
    ) throws(StorageError) -> OutboxRow? {
        var found: OutboxRow?
        try view.forEachOutboxRow(channel: channel) { (row) throws(StorageError) in
            if row.notice.id == id { found = row }
            return found == nil
        }
        return found
    }
}
