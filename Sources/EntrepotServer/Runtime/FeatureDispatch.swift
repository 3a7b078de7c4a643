import Basics
import Domain
import JSON
import Ledger
import Notifications

/// Sends the commands that take their time to whoever answers them.
final class FeatureDispatch: FeatureCommands {
    private let notifications: Notifications
    private let accounts: any FeatureCommands
    private let rules: any FeatureCommands

    /// - Parameters:
    ///   - accounts: hashes the passwords of commands.
    ///   - rules: answers the commands of `PLUGIN`.
    init(
        notifications: Notifications, accounts: any FeatureCommands, rules: any FeatureCommands
    ) {
        self.notifications = notifications
        self.accounts = accounts
        self.rules = rules
    }

    func run(
        _ spec: CommandSpec, _ words: [[UInt8]], caller: Caller,
        complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        if spec.group == .account {
            return accounts.run(spec, words, caller: caller, complete: complete)
        }
        switch spec.name {
        case "CHANNEL TEST": testChannel(words, caller, complete)
        default: rules.run(spec, words, caller: caller, complete: complete)
        }
    }

    /// `CHANNEL TEST name` → `{"channel","ok","status","error","milliseconds"}`
    private func testChannel(
        _ words: [[UInt8]], _ caller: Caller,
        _ complete: @escaping @Sendable (FeatureResult) -> Void
    ) {
        let name = words.count == 3 ? words[2] : []
        guard let id = Identifier(name.span) else {
            return complete(.error(CommandError(.syntax, "CHANNEL TEST needs a channel's name")))
        }
        guard let found = notifications.channel(id) else {
            return complete(.error(.notFound("channel", id.text)))
        }
        if let stations = caller.stations {
            let isTheirs = found.station.map { stations.contains($0) } ?? false
            if !isTheirs {
                let message = "channel \(id) belongs to none of the stations of \(caller.name)"
                return complete(.error(CommandError(.noPerm, message)))
            }
        }
        let isTaken = notifications.test(id) { result in
            var buffer = ByteBuffer(capacity: 256)
            buffer.append("{\"channel\":" as StaticString)
            buffer.appendJSON(id)
            buffer.append(",\"ok\":" as StaticString)
            buffer.appendJSON(bool: result.outcome.kind == .delivered)
            buffer.append(",\"status\":" as StaticString)
            if let status = result.outcome.status {
                buffer.append(decimal: status)
            } else {
                buffer.appendJSONNull()
            }
            buffer.append(",\"error\":" as StaticString)
            buffer.appendJSON(optional: result.outcome.reason)
            buffer.append(",\"milliseconds\":" as StaticString)
            buffer.append(decimal: result.milliseconds)
            buffer.append(UInt8(ascii: "}"))
            complete(.reply(.json(buffer.array)))
        }
        if !isTaken { complete(.error(.notFound("channel", id.text))) }
    }
}
