import Domain
import Storage

/// How notices and deliveries come into the outbox, and the events that say so.
enum NoticeDecision {
    /// The bytes of one event's notices, roughly: far below what an event may have.
    private static let eventBytes = 128 << 10
    private static let maximumText = 64 << 10

    /// Puts the notices of a batch into the outbox, each behind the last of its channel, and takes
    /// note of the cursor.
    ///
    /// - Throws: `LIMIT` for a notice or a state that is too long.
    static func queue(
        _ batch: NoticeBatch, _ transaction: Transaction
    ) throws(CommandError) -> NoticeReceipt {
        if let state = batch.state, state.json.utf8.count > PluginState.maximumBytes {
            throw CommandError(
                .limit,
                "the state of \(state.plugin) has \(state.json.utf8.count) bytes, the limit is "
                    + "\(PluginState.maximumBytes)")
        }
        var receipt = NoticeReceipt()
        var counts: [String: Int] = [:]
        var notices: [Notice] = []
        var size = 0
        for draft in batch.drafts {
            guard let channel = channel(of: draft, &receipt, transaction) else { continue }
            var notice = notice(
                draft, channel, &counts, transaction,
                behind: notices.last { $0.key.channel == channel.number }?.key.sequence)
            let bytes = FeatureSize.bound(notice)
            if bytes > maximumText {
                throw CommandError(
                    .limit,
                    "a notice for \(draft.channel) has about \(bytes) bytes, the limit is "
                        + "\(maximumText)")
            }
            if size + bytes > eventBytes {
                emit(&notices, transaction)
                size = 0
            }
            notice.seq = transaction.nextSeq
            notices.append(notice)
            size += bytes
            receipt.queued += 1
        }
        // The cursor stands in the last event, which has room for it.
        if size + (batch.state.map { FeatureSize.bound($0) } ?? 0) > eventBytes {
            emit(&notices, transaction)
        }
        var state = batch.state
        state?.seq = transaction.nextSeq
        let change = NoticeChange(
            cursors: batch.cursor.map { [$0] } ?? [], states: state.map { [$0] } ?? [],
            notices: notices)
        if !change.cursors.isEmpty || !change.states.isEmpty || !notices.isEmpty {
            transaction.emit(.noticeQueued, .notices(change))
        }
        return receipt
    }

    private static func emit(_ notices: inout [Notice], _ transaction: Transaction) {
        if notices.isEmpty { return }
        transaction.emit(.noticeQueued, .notices(NoticeChange(notices: notices)))
        notices.removeAll()
    }

    private static func channel(
        of draft: NoticeDraft, _ receipt: inout NoticeReceipt, _ transaction: Transaction
    ) -> Channel? {
        let reason: NoticeReceipt.Refusal
        if let channel = transaction.state.channel(draft.channel) {
            if channel.status == .disabled {
                reason = .disabledChannel
            } else if draft.rule != nil, let owner = channel.station, let station = draft.station,
                owner != station
            {
                reason = .foreignChannel
            } else {
                return channel
            }
        } else {
            reason = .unknownChannel
        }
        receipt.refused.append(
            .init(channel: draft.channel, rule: draft.rule?.name, reason: reason))
        return nil
    }

    /// - Parameter last: the last sequence of the channel that is not in the state yet.
    private static func notice(
        _ draft: NoticeDraft, _ channel: Channel, _ counts: inout [String: Int],
        _ transaction: Transaction, behind last: UInt64?
    ) -> Notice {
        let event = draft.event == 0 ? "t\(draft.time.milliseconds)" : "\(draft.event)"
        let rule = draft.rule?.name.text ?? "route"
        let table = transaction.view.history
        let history = draft.event == 0 ? table.current : table.history(of: draft.event)
        let stem = "\(history):\(event)/\(signable(channel.id.text))/\(signable(rule))"
        let index = counts[stem] ?? 0
        counts[stem] = index + 1
        let sequence = (last ?? transaction.state.lastSequences[channel.number] ?? 0) + 1
        var notice = Notice(
            key: NoticeKey(channel: channel.number, sequence: sequence), id: "\(stem)/\(index)",
            rule: draft.rule, event: draft.event, time: draft.time, seq: 0)
        notice.eventType = draft.eventType
        notice.about = draft.about
        notice.stations = draft.stations
        notice.subject = draft.subject
        notice.text = draft.text
        notice.data = draft.data
        notice.orderKey = draft.orderKey
        return notice
    }

    /// A name without full stops, which separate the signed parts of a webhook; `~` is in no name.
    private static func signable(_ name: String) -> String {
        String(name.map { $0 == "." ? "~" : $0 })
    }

    /// Takes note of what became of deliveries.
    static func record(
        _ progress: DeliveryProgress, _ transaction: Transaction
    ) throws(CommandError) {
        let state = transaction.state
        var deliveries: [Delivery] = []
        var size = 0
        for delivery in progress.deliveries {
            var delivery = delivery
            delivery.lastError = delivery.lastError.map { String($0.prefix(1_024)) }
            let bytes = FeatureSize.bound(delivery)
            if size + bytes > eventBytes {
                transaction.emit(
                    .noticeProgress, .notices(NoticeChange(deliveries: deliveries)))
                deliveries.removeAll()
                size = 0
            }
            delivery.seq = transaction.nextSeq
            deliveries.append(delivery)
            size += bytes
        }
        let living = Set(
            state.channels.values.lazy.filter { !$0.isRemoved }.map(\.number))
        let removed = progress.removed.filter {
            !living.contains($0.channel) || state.lastSequences[$0.channel] != $0.sequence
        }
        if !deliveries.isEmpty || !removed.isEmpty {
            transaction.emit(
                .noticeProgress, .notices(NoticeChange(deliveries: deliveries, removed: removed)))
        }
        for notice in progress.logged {
            guard let channel = state.channel(number: notice.key.channel) else { continue }
            transaction.emit(
                .noticeLogged, .notices(NoticeChange(notices: [notice], channel: channel.id)))
        }
        if let (number, reason) = progress.disabled,
            let channel = state.channel(number: number), channel.status == .enabled,
            !channel.isRemoved
        {
            var after = channel
            after.status = .disabled
            after.reason = String(reason.prefix(1_024))
            ChannelDecision.emit(.channelDisabled, before: channel, &after, transaction)
        }
    }
}

/// The events of channels.
enum ChannelDecision {
    static func emit(
        _ type: EventType, before: Channel?, _ channel: inout Channel, _ transaction: Transaction
    ) {
        channel.seq = transaction.nextSeq
        channel.updated = transaction.now
        transaction.emit(type, .channel(ChannelChange(before: before, channel: channel)))
    }
}
