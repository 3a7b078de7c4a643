import Basics
import Connections
import Domain
import Ledger
import RESP

/// Which connections `CLIENT LIST` and `CLIENT KILL` mean; all conditions must hold.
struct ClientFilter {
    enum Kind: Equatable {
        case normal
        case master
        case replica
        case pubsub

        init(_ word: Span<UInt8>) throws(CommandError) {
            if word.equalsFolded("NORMAL") {
                self = .normal
            } else if word.equalsFolded("MASTER") {
                self = .master
            } else if word.equalsFolded("REPLICA") || word.equalsFolded("SLAVE") {
                self = .replica
            } else if word.equalsFolded("PUBSUB") {
                self = .pubsub
            } else {
                throw CommandError(.err, "Unknown client type '\(word.lossyText)'")
            }
        }
    }

    var ids: Set<UInt64>?
    var address: String?
    var localAddress: String?
    var kind: Kind?
    var user: String?
    var skipsMe = true
    /// Monotonic nanoseconds: only connections made before.
    var connectedBefore: UInt64?

    init() {}

    /// Reads the options of `CLIENT KILL`.
    init(
        _ request: borrowing ArgumentVector, from first: Int, now: UInt64
    ) throws(CommandError) {
        var position = first
        while position < request.count {
            if position + 1 >= request.count { throw .syntaxError }
            let value = request[position + 1]
            if request[position].equalsFolded("ID") {
                guard let id = value.unsignedNumber, id > 0 else {
                    throw CommandError(.err, "client-id should be greater than 0")
                }
                ids = [id]
            } else if request[position].equalsFolded("ADDR") {
                address = value.lossyText
            } else if request[position].equalsFolded("LADDR") {
                localAddress = value.lossyText
            } else if request[position].equalsFolded("TYPE") {
                kind = try Kind(value)
            } else if request[position].equalsFolded("USER") {
                user = value.lossyText
            } else if request[position].equalsFolded("SKIPME") {
                if !value.equalsFolded("YES") && !value.equalsFolded("NO") { throw .syntaxError }
                skipsMe = value.equalsFolded("YES")
            } else if request[position].equalsFolded("MAXAGE") {
                guard let seconds = value.unsignedNumber, seconds > 0 else {
                    throw CommandError(.err, "maxage is not an integer or out of range")
                }
                let age = seconds.multipliedReportingOverflow(by: 1_000_000_000)
                connectedBefore =
                    age.overflow || age.partialValue > now ? 0 : now - age.partialValue
            } else {
                throw .syntaxError
            }
            position += 2
        }
    }

    func matches(_ session: Session, asker: Session) -> Bool {
        if session.isClosed || (skipsMe && session === asker) { return false }
        if let ids, !ids.contains(session.id) { return false }
        if let address, "\(session.peer)" != address { return false }
        if let localAddress, "\(session.local)" != localAddress { return false }
        if let user, session.state.caller?.name.text != user { return false }
        if let connectedBefore, session.state.connected > connectedBefore { return false }
        switch kind {
        case nil: return true
        case .normal: return !session.state.isSubscriber
        case .pubsub: return session.state.isSubscriber
        case .master, .replica: return false
        }
    }
}

/// A line of `CLIENT LIST`, with the fields that Redis has.
enum ClientLine {
    /// - Parameter now: monotonic nanoseconds.
    static func text(_ session: Session, now: UInt64) -> String {
        let state = session.state
        func seconds(since moment: UInt64) -> UInt64 {
            now > moment ? (now - moment) / 1_000_000_000 : 0
        }
        var flags = ""
        if state.isMonitor { flags += "O" }
        if state.isSubscriber { flags += "P" }
        if state.transaction != nil { flags += "x" }
        if session.park != nil { flags += "b" }
        if flags.isEmpty { flags = "N" }
        let commands = session.server.commands.all
        let command =
            commands.indices.contains(state.lastCommand)
            ? commands[state.lastCommand].wireName : "NULL"
        let memory = session.output.unsentBytes + session.inputCapacity
        return [
            "id=\(session.id)", "addr=\(session.peer)", "laddr=\(session.local)",
            "fd=\(session.descriptor)", "name=\(state.name)",
            "age=\(seconds(since: state.connected))", "idle=\(seconds(since: state.lastActive))",
            "flags=\(flags)", "db=0", "sub=\(state.channels.count)", "psub=\(state.patterns.count)",
            "ssub=0", "multi=\(state.transaction?.requests.count ?? -1)",
            "qbuf=\(session.unreadBytes)", "qbuf-free=0", "argv-mem=0",
            "multi-mem=\(state.transaction?.byteCount ?? 0)", "rbs=0", "rbp=0",
            "obl=\(session.output.unsentBytes)", "oll=\(session.output.replyCount)",
            "omem=\(session.output.unsentBytes)", "tot-mem=\(memory)", "events=r",
            "cmd=\(command)", "user=\(state.caller?.name.text ?? "")", "redir=-1",
            "resp=\(state.version.rawValue)", "lib-name=\(state.libraryName)",
            "lib-ver=\(state.libraryVersion)", "tot-cmds=\(state.commandCount)",
        ].joined(separator: " ")
    }
}

extension CommandSpec {
    /// The name as Redis's clients write it: `trade|create`.
    var wireName: String { String(name.lowercased().map { $0 == " " ? "|" : $0 }) }
}
