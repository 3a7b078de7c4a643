import Basics
package import Domain
import HTTPClient
import JSON
import Synchronization

/// Sends mails through one SMTP server.
///
/// Notices of a digest that go to the same people go in one mail. A refusal of the server with a
/// code of 500 or more is final, a login that it does not take is not: that is for the operator to
/// set right.
package final class MailTransport: Transport {
    /// Locked while it sends; the lane is the only one that does.
    private let client = Mutex<SMTPClient?>(nil)
    private let cancellation = Cancellation()
    private let options: TransportOptions
    private let users: @Sendable ([Identifier]) -> [String]

    /// - Parameter users: the addresses of the users who act for some stations. Any thread.
    package init(
        options: TransportOptions, users: @escaping @Sendable ([Identifier]) -> [String]
    ) {
        self.options = options
        self.users = users
    }

    package func cancel() { cancellation.cancel() }

    package func send(
        _ parcels: [Parcel], through channel: Channel, now: Timestamp
    ) -> [Outcome] {
        var outcomes = [Outcome](
            repeating: Outcome(.refused, reason: "the channel names nobody to mail"),
            count: parcels.count)
        guard let server = options.mailServer, let from = options.mailFrom else {
            let reason = "no mail server: smtp_url and mail_from are not set"
            return outcomes.map { _ in Outcome(.failed, reason: reason) }
        }
        // Places of the parcels that go to the same people.
        var groups: [(to: [MailAddress], places: [Int])] = []
        for (place, parcel) in parcels.enumerated() {
            let to = recipients(of: parcel, channel)
            if to.isEmpty {
                if case .stations = channel.recipients {
                    outcomes[place].reason = "nobody with a mail address acts for these stations"
                }
            } else if let group = groups.firstIndex(where: { $0.to == to }) {
                groups[group].places.append(place)
            } else {
                groups.append((to, [place]))
            }
        }
        for group in groups {
            let parts = group.places.map { part(of: parcels[$0], channel) }
            let message = MailMessage(from: from, to: group.to, parts: parts, date: now)
            let outcome = send(message, server)
            for place in group.places { outcomes[place] = outcome }
        }
        return outcomes
    }

    /// Whom a notice goes to, each once.
    private func recipients(of parcel: Parcel, _ channel: Channel) -> [MailAddress] {
        let texts: [String] =
            switch channel.recipients {
            case .none: []
            case .addresses(let addresses): addresses
            case .stations: users(parcel.stations)
            }
        var addresses: [MailAddress] = []
        for text in texts {
            guard let address = MailAddress(text), !addresses.contains(address) else { continue }
            addresses.append(address)
        }
        // The most that one envelope takes.
        return Array(addresses.prefix(100))
    }

    /// The notice in the words of the channel's templates.
    private func part(of parcel: Parcel, _ channel: Channel) -> MailMessage.Part {
        var subject = parcel.subject
        var text = parcel.text
        if channel.subject != nil || channel.text != nil {
            var buffer = ByteBuffer(capacity: 2_048)
            buffer.appendData(parcel)
            let values = try? JSONReader.parse(buffer.bytes)
            if let template = channel.subject, let values {
                subject = MailTemplate.fill(template, with: values)
            }
            if let template = channel.text, let values {
                text = MailTemplate.fill(template, with: values)
            }
        }
        return MailMessage.Part(
            id: parcel.id, subject: subject, text: text, time: parcel.notice.time)
    }

    private func send(_ message: MailMessage, _ server: SMTPClient.Server) -> Outcome {
        do throws(TransferError) {
            let options = options
            let cancellation = cancellation
            try client.withLock { (client) throws(TransferError) in
                if client == nil {
                    // The operator chose the server: it may well stand in the own network.
                    client = try SMTPClient(server: server, policy: .privateToo)
                }
                _ = try client?.send(
                    from: message.from.text, to: message.to.map(\.text),
                    message: message.bytes(), limits: options.limits, cancellation: cancellation)
            }
            return Outcome(.delivered, status: 250)
        } catch { return Outcome(error) }
    }
}
