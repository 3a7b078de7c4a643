package import Basics
package import Domain
import JSON

/// A notice with all that is told about it, ready for any transport.
package struct Parcel: Sendable {
    package let notice: Notice
    /// The channel's name.
    package let channel: Identifier
    /// The history that the notice belongs to.
    package let history: String
    /// The names of the stations that it concerns.
    package let stations: [Identifier]
    /// The event it is about as JSON, and who made it happen; nil: a timer, a test, or an event
    /// that is kept no longer.
    package let event: [UInt8]?
    package let actor: Identifier?

    package init(
        notice: Notice, channel: Identifier, history: String, stations: [Identifier] = [],
        event: [UInt8]? = nil, actor: Identifier? = nil
    ) {
        self.notice = notice
        self.channel = channel
        self.history = history
        self.stations = stations
        self.event = event
        self.actor = actor
    }

    /// Whether it is no row of the outbox but a try of the channel.
    package var isTest: Bool { notice.key.sequence == 0 }

    /// The same over all attempts. The ledger gives ids without a full stop, which would make the
    /// signed text of a webhook ambiguous.
    package var id: String { notice.id }

    /// `entrepot.shipment.delayed`; `entrepot.notice` of a timer.
    package var type: String {
        if isTest { return "entrepot.test" }
        return notice.eventType.map { "entrepot.\($0.name)" } ?? "entrepot.notice"
    }

    /// The subject for people.
    package var subject: String {
        notice.subject
            ?? [notice.eventType.map { "\($0.name)" } ?? "Notice", notice.about]
            .compactMap { $0 }.joined(separator: " ")
    }

    /// The text for people.
    package var text: String {
        if let text = notice.text { return text }
        var text = subject + "\n\n" + notice.time.text
        if !stations.isEmpty {
            text += "\nStations: " + stations.map(\.text).joined(separator: ", ")
        }
        if notice.event > 0 { text += "\nEvent: \(history):\(notice.event)" }
        return text
    }
}

extension ByteBuffer {
    /// Appends a notice as a CloudEvent 1.0 in JSON, every field in its fixed place.
    ///
    /// The field `sequence` has 20 digits, so that texts sort as numbers do; it counts 1, 2, 3 …
    /// per channel without a gap.
    package mutating func appendCloudEvent(_ parcel: borrowing Parcel) {
        let notice = parcel.notice
        append("{\"specversion\":\"1.0\",\"id\":" as StaticString)
        appendJSON(string: parcel.id)
        append(",\"source\":" as StaticString)
        appendJSON(string: "/entrepot/" + parcel.history)
        append(",\"type\":" as StaticString)
        appendJSON(string: parcel.type)
        append(",\"subject\":" as StaticString)
        appendJSON(string: notice.about ?? "channel/" + parcel.channel.text)
        append(",\"time\":" as StaticString)
        appendJSON(notice.time)
        append(",\"datacontenttype\":\"application/json\",\"sequence\":\"" as StaticString)
        let digits = String(notice.key.sequence)
        append(String(repeating: "0", count: 20 - digits.utf8.count))
        append(digits)
        append("\",\"actor\":" as StaticString)
        appendJSON(parcel.actor ?? .system)
        append(",\"data\":" as StaticString)
        appendData(parcel)
        append(UInt8(ascii: "}"))
    }

    /// Appends what a CloudEvent carries and what templates are filled from.
    package mutating func appendData(_ parcel: borrowing Parcel) {
        let notice = parcel.notice
        append("{\"channel\":" as StaticString)
        appendJSON(parcel.channel)
        append(",\"subject\":" as StaticString)
        appendJSON(string: parcel.subject)
        append(",\"text\":" as StaticString)
        appendJSON(string: parcel.text)
        append(",\"data\":" as StaticString)
        // Checked when the notice was queued.
        if let data = notice.data { append(data) } else { appendJSONNull() }
        append(",\"key\":" as StaticString)
        appendJSON(optional: notice.orderKey)
        append(",\"stations\":[" as StaticString)
        for (index, station) in parcel.stations.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendJSON(station)
        }
        append("],\"rule\":" as StaticString)
        if let rule = notice.rule {
            append("{\"name\":" as StaticString)
            appendJSON(rule.name)
            append(",\"version\":" as StaticString)
            appendJSON(string: rule.version)
            append(",\"hook\":" as StaticString)
            appendJSON(string: rule.hook)
            append(UInt8(ascii: "}"))
        } else {
            appendJSONNull()
        }
        append(",\"event\":" as StaticString)
        if let event = parcel.event { append(event) } else { appendJSONNull() }
        append(UInt8(ascii: "}"))
    }
}
