package import Basics
import JSON

extension ByteBuffer {
    /// Appends a channel as JSON, every field in its fixed place, without its secrets: only how
    /// many there are.
    ///
    /// - Parameter replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(_ channel: Channel, names: Names, replayed: Bool = false) {
        appendField("{\"id\":", channel.id)
        appendField(",\"kind\":", name: channel.kind.name)
        appendField(",\"url\":", optional: channel.url)
        appendField(",\"secrets\":", Int64(channel.secrets.count))
        append(",\"to\":" as StaticString)
        switch channel.recipients {
        case .none: appendJSONNull()
        case .stations: append("\"stations\"" as StaticString)
        case .addresses(let addresses): appendList(strings: addresses)
        }
        appendField(",\"station\":", optional: channel.station.map { names.station($0) })
        appendField(",\"digest_seconds\":", optional: channel.digestMilliseconds.map { $0 / 1_000 })
        appendField(",\"subject\":", optional: channel.subject)
        appendField(",\"text\":", optional: channel.text)
        appendField(",\"status\":", name: channel.status.name)
        appendField(",\"reason\":", optional: channel.reason)
        append(",\"routes\":[" as StaticString)
        var separator: StaticString = "{\"pattern\":"
        for route in channel.routes {
            appendField(separator, optional: .some(route.pattern))
            appendField(",\"station\":", optional: route.station.map { names.station($0) })
            append(UInt8(ascii: "}"))
            separator = ",{\"pattern\":"
        }
        appendField("],\"created\":", channel.created)
        appendField(",\"updated\":", channel.updated)
        appendField(",\"seq\":", channel.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a plugin as JSON, every field in its fixed place.
    ///
    /// - Parameters:
    ///   - version: what the fields from `station` to `description` are taken from; nil: they are
    ///     null.
    ///   - replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(
        _ plugin: Plugin, version: PluginVersion?, names: Names, refused: RefusedFile? = nil,
        replayed: Bool = false
    ) {
        appendField("{\"name\":", plugin.name)
        appendField(",\"mode\":", name: plugin.mode.name)
        var percent: Int64?
        if case .canary(let share) = plugin.trial { percent = Int64(share) }
        appendField(",\"percent\":", optional: percent)
        appendField(",\"live\":", optional: plugin.live?.label)
        appendField(",\"candidate\":", optional: plugin.candidate?.label)
        appendField(",\"previous\":", optional: plugin.previous?.label)
        appendTerms(version, names: names)
        appendField(",\"created\":", plugin.created)
        appendField(",\"updated\":", plugin.updated)
        append(",\"removed\":" as StaticString)
        appendJSON(bool: plugin.isRemoved)
        if let refused { append(refused) }
        appendField(",\"seq\":", plugin.seq)
        endRecord(replayed: replayed)
    }

    /// Appends a plugin that there is none of but a refused file.
    package mutating func appendJSON(_ refused: RefusedFile, of plugin: Identifier) {
        appendField("{\"name\":", plugin)
        append(refused)
        append(UInt8(ascii: "}"))
    }

    private mutating func append(_ refused: RefusedFile) {
        appendField(",\"refused\":{\"file\":", optional: .some(refused.file))
        appendField(",\"reason\":", optional: .some(refused.reason))
        appendField(",\"time\":", refused.time)
        append(UInt8(ascii: "}"))
    }

    /// Appends a version as JSON, without its source.
    ///
    /// - Parameter plugin: tells what the version does: `live`, `candidate`, `previous` or null.
    package mutating func appendJSON(_ version: PluginVersion, of plugin: Plugin, names: Names) {
        appendField("{\"version\":", optional: .some(version.tag.label))
        appendField(",\"declared\":", optional: .some(version.tag.declared))
        appendField(",\"digest\":", optional: .some(version.tag.digest.text))
        let use: String? =
            switch version.tag {
            case plugin.live: "live"
            case plugin.candidate: "candidate"
            case plugin.previous: "previous"
            default: nil
            }
        appendField(",\"use\":", optional: use)
        appendTerms(version, names: names)
        appendField(",\"author\":", version.author)
        appendField(",\"time\":", version.time)
        append(",\"file\":" as StaticString)
        appendJSON(bool: version.isFromFile)
        appendField(",\"seq\":", version.seq)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendTerms(_ version: PluginVersion?, names: Names) {
        let station = version.map { $0.station.map { names.station($0).text } ?? "*" }
        appendField(",\"station\":", optional: station)
        appendField(",\"priority\":", optional: version?.priority)
        if let version {
            appendField(",\"on_error\":", name: version.onError.name)
        } else {
            append(",\"on_error\":null" as StaticString)
        }
        append(",\"hooks\":" as StaticString)
        appendList(strings: version?.hooks ?? [])
        appendField(",\"description\":", optional: version?.description)
    }

    /// Appends a notice and what became of it as JSON, every field in its fixed place.
    ///
    /// - Parameters:
    ///   - channel: the channel's name.
    ///   - delivery: nil: it was not tried yet.
    ///   - replayed: ends the object with `"replayed":true`.
    package mutating func appendJSON(
        _ notice: Notice, _ delivery: Delivery?, channel: Identifier, names: Names,
        replayed: Bool = false
    ) {
        appendField("{\"id\":", optional: .some(notice.id))
        appendField(",\"channel\":", channel)
        appendField(",\"sequence\":", notice.key.sequence)
        appendField(",\"status\":", name: (delivery?.status ?? .queued).name)
        appendField(",\"attempts\":", delivery?.attempts ?? 0)
        appendField(",\"next\":", optional: delivery?.next)
        appendField(",\"last_status\":", optional: delivery?.lastStatus)
        appendField(",\"last_error\":", optional: delivery?.lastError)
        appendBody(of: notice, names: names)
        appendField(",\"updated\":", delivery?.updated ?? notice.time)
        appendField(",\"seq\":", delivery?.seq ?? notice.seq)
        endRecord(replayed: replayed)
    }

    /// What a notice says, and why.
    private mutating func appendBody(of notice: Notice, names: Names) {
        appendField(",\"rule\":", optional: notice.rule?.name)
        appendField(",\"version\":", optional: notice.rule?.version)
        appendField(",\"hook\":", optional: notice.rule?.hook)
        if notice.event == 0 {
            append(",\"event\":null" as StaticString)
        } else {
            appendField(",\"event\":", notice.event)
        }
        if let type = notice.eventType {
            appendField(",\"type\":", name: type.name)
        } else {
            append(",\"type\":null" as StaticString)
        }
        appendField(",\"about\":", optional: notice.about)
        append(",\"stations\":[" as StaticString)
        for index in notice.stations.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(names.station(notice.stations[index]))
        }
        appendField("],\"key\":", optional: notice.orderKey)
        appendField(",\"subject\":", optional: notice.subject)
        appendField(",\"text\":", optional: notice.text)
        append(",\"data\":" as StaticString)
        if let data = notice.data { append(data) } else { appendJSONNull() }
        appendField(",\"time\":", notice.time)
    }

    /// The data of `notice.logged`; of an internal event only how much it holds.
    mutating func appendData(_ change: NoticeChange, names: Names) {
        guard let notice = change.notices.first, let channel = change.channel else {
            appendField("{\"notices\":", Int64(change.notices.count))
            appendField(",\"deliveries\":", Int64(change.deliveries.count))
            append(UInt8(ascii: "}"))
            return
        }
        appendField("{\"id\":", optional: .some(notice.id))
        appendField(",\"channel\":", channel)
        appendField(",\"sequence\":", notice.key.sequence)
        appendBody(of: notice, names: names)
        append(UInt8(ascii: "}"))
    }

    /// The data of `plugin.*`; `previous` is the mode before it.
    mutating func appendData(_ change: PluginChange) {
        let details = change.details
        appendField("{\"name\":", change.plugin.name)
        appendField(",\"version\":", optional: details.version?.label)
        appendField(",\"mode\":", name: change.plugin.mode.name)
        if let before = change.before {
            appendField(",\"previous\":", name: before.mode.name)
        } else {
            append(",\"previous\":null" as StaticString)
        }
        appendField(",\"hook\":", optional: details.hook)
        appendField(",\"trade\":", optional: details.trade)
        appendField(",\"error\":", optional: details.error)
        appendField(",\"action\":", optional: details.action)
        append(UInt8(ascii: "}"))
    }

    private mutating func appendList(strings: [String]) {
        append(UInt8(ascii: "["))
        for index in strings.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(string: strings[index])
        }
        append(UInt8(ascii: "]"))
    }
}
