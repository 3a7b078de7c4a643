package import Basics
import Domain
import JSON
import Storage

/// The reads of `CHANNEL`. A channel of another station is like one that does not exist.
package enum ChannelQueries {
    private enum ListOption: String, CaseIterable {
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    private enum DeliveriesOption: String, CaseIterable {
        case dead = "DEAD"
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    /// `CHANNEL GET name`: null for an unknown one.
    package static func get(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "channel")
        try cursor.finish(words)
        guard let channel = try find(id, context) else { return }
        reply.body.appendJSON(channel, names: context.view.names)
        reply.value = .record
    }

    /// `CHANNEL LIST [LIMIT n] [CURSOR c]`
    package static func list(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.channel, context)
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let scope = Scope(context)
        let names = context.view.names
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let channel = try ChannelCodec.decode(bytes)
            if channel.isRemoved || !isVisible(channel, scope) { return false }
            reply.body.appendJSON(channel, names: names)
            return true
        }
    }

    /// `CHANNEL DELIVERIES name [DEAD] [LIMIT n] [CURSOR c]`: oldest first.
    ///
    /// - Throws: `NOPERM` for a channel of all stations to a caller with some.
    package static func deliveries(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let id = try cursor.identifier(words, "channel")
        var isDead = false
        var limit = 100
        var first: UInt64 = 1
        while let option = try cursor.option(words, of: DeliveriesOption.self) {
            switch option {
            case .dead: isDead = true
            case .limit: limit = try cursor.limit(words, context.limits)
            case .cursor:
                let text = try cursor.text(words, "CURSOR", maximumBytes: 128)
                let last = try PageCursor.key(text, of: .deliveries, reversed: false).seq
                first = min(last, .max - 1) + 1
            }
        }
        guard let channel = try find(id, context) else { throw .notFound("channel", id.text) }
        if channel.station == nil && context.caller.stations != nil {
            throw CommandError(
                .noPerm, "\(context.caller.name) may not read the deliveries of \(id)")
        }
        try write(channel, from: first, isDead: isDead, limit: limit, context, reply)
    }

    private static func write(
        _ channel: Channel, from first: UInt64, isDead: Bool, limit: Int, _ context: ReadContext,
        _ reply: Reply
    ) throws(CommandError) {
        var page = PageWriter(reply, limit: limit, context.limits)
        var examined = 0
        var last: UInt64?
        var next: String?
        try reading { () throws(StorageError) in
            try context.view.forEachOutboxRow(channel: channel.number, from: first) {
                (row) throws(StorageError) in
                let isWanted = !isDead || row.status == .dead
                if examined >= context.limits.pageExaminedRows || (isWanted && page.isFull) {
                    next = last.map {
                        PageCursor.text(.deliveries, reversed: false, RecordKey(seq: $0))
                    }
                    return false
                }
                examined += 1
                if isWanted {
                    page.beginItem()
                    reply.body.appendJSON(
                        row.notice, row.delivery, channel: channel.id, names: context.view.names)
                    if !page.endItem() {
                        next = last.map {
                            PageCursor.text(.deliveries, reversed: false, RecordKey(seq: $0))
                        }
                        return false
                    }
                }
                last = row.key.sequence
                return true
            }
        }
        page.finish(next: next, seq: context.view.head.seq)
    }

    private static func find(
        _ id: Identifier, _ context: ReadContext
    ) throws(CommandError) -> Channel? {
        let found = try reading { () throws(StorageError) in try context.view.channel(id) }
        guard let channel = found, !channel.isRemoved, isVisible(channel, Scope(context)) else {
            return nil
        }
        return channel
    }

    private static func isVisible(_ channel: Channel, _ scope: Scope) -> Bool {
        channel.station.map { scope.allows($0) } ?? true
    }
}
