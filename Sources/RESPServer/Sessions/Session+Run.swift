import Basics
import Connections
import Domain
import Ledger
import RESP

/// What came of one request.
enum Handled {
    case done
    case parked(Park.Reason, deadline: UInt64?)
}

/// What stands before a command: `KEY k`, `AFTER seq [MS n]`, `DRYRUN`, in this order.
struct Prefixes: Equatable {
    var key: Identifier?
    var after: UInt64?
    /// How long `AFTER` waits.
    var afterMilliseconds: Int64 = 5_000
    var isDryRun = false

    var isEmpty: Bool { key == nil && after == nil && !isDryRun }
}

extension Session {
    /// Runs one request to its reply, or says what it waits for.
    func run(_ request: borrowing ArgumentVector) -> Handled {
        failure = nil
        hasBegun = false
        if resumed == nil { advanceReplyMode() }
        state.lastActive = server.commandStart
        let outcome = dispatch(request)
        if case .done = outcome { server.didRun(self, request) }
        return outcome
    }

    /// `CLIENT REPLY SKIP` mutes itself and the command behind it.
    private func advanceReplyMode() {
        switch state.replyMode {
        case .on, .off: break
        case .skipNext: state.replyMode = .skipping
        case .skipping: state.replyMode = .on
        }
    }

    private func dispatch(_ request: borrowing ArgumentVector) -> Handled {
        state.lastCommand = -1
        do throws(CommandError) {
            let index = try server.commands.find(request)
            state.lastCommand = index
            if resumed == nil { try takeRate() }
            if index == server.commands.level && answerLevel(request) { return .done }
            if !server.monitors.isEmpty && resumed == nil { server.feedMonitors(self, request) }
            guard case .session(let command) = server.commands.all[index].handler,
                command.isPrefix
            else { return try runCommand(index, request, Prefixes()) }
            try mayRun(index)
            var prefixes = Prefixes()
            let start = try readPrefixes(request, &prefixes)
            server.scratch.shifted.removeAll()
            for word in start..<request.count { server.scratch.shifted.append(request[word]) }
            server.scratch.shifted.isFromArray = request.isFromArray
            let behind = try server.commands.find(server.scratch.shifted)
            state.lastCommand = behind
            return try runCommand(behind, server.scratch.shifted, prefixes)
        } catch {
            if !hasBegun {
                state.transaction?.isBroken = true
                server.didReject(state.lastCommand, error.code)
            }
            emit(.error(error))
            return .done
        }
    }

    /// Answers the most frequent read where nothing stands in its way.
    ///
    /// - Returns: false where it must go the long way.
    private func answerLevel(_ request: borrowing ArgumentVector) -> Bool {
        guard let role = state.caller?.role, role >= server.commands.levelRole,
            !output.isHolding, state.replyMode == .on, case .resp = state.format,
            state.transaction == nil, !state.isSubscriber, resumed == nil,
            server.monitors.isEmpty, let level = server.ledger.level(request)
        else { return false }
        hasBegun = true
        emit(integer: level)
        return true
    }

    /// - Returns: where the command begins.
    private func readPrefixes(
        _ request: borrowing ArgumentVector, _ prefixes: inout Prefixes
    ) throws(CommandError) -> Int {
        var position = 0
        if position < request.count, request[position].equalsFolded("KEY") {
            guard position + 1 < request.count, let key = Identifier(request[position + 1]) else {
                throw CommandError(.syntax, "KEY needs a key of 1-64 letters, digits, . _ -")
            }
            prefixes.key = key
            position += 2
        }
        if position < request.count, request[position].equalsFolded("AFTER") {
            guard position + 1 < request.count, let seq = request[position + 1].unsignedNumber
            else { throw CommandError(.syntax, "AFTER needs a seq") }
            prefixes.after = seq
            position += 2
            if position < request.count, request[position].equalsFolded("MS") {
                let longest = Int64(server.limits.waitMilliseconds)
                guard position + 1 < request.count, let wait = request[position + 1].number,
                    wait >= 0, wait <= longest
                else { throw CommandError(.range, "MS is 0 to \(longest) milliseconds") }
                prefixes.afterMilliseconds = wait
                position += 2
            }
        }
        if position < request.count, request[position].equalsFolded("DRYRUN") {
            prefixes.isDryRun = true
            position += 1
        }
        if position == request.count {
            throw CommandError(.syntax, "a command is missing behind the prefix")
        }
        if position == 0 { throw CommandError(.syntax, "the order is KEY, AFTER, DRYRUN") }
        return position
    }

    private func runCommand(
        _ index: Int, _ request: borrowing ArgumentVector, _ prefixes: Prefixes
    ) throws(CommandError) -> Handled {
        let caller = try mayRun(index)
        if state.transaction != nil, try queue(index, request, prefixes) { return .done }
        hasBegun = true
        switch server.commands.all[index].handler {
        case .session(let command):
            let flags = server.commands.all[index].flags
            let takesAfter = flags.contains(.read)
            if prefixes.key != nil || prefixes.isDryRun || (prefixes.after != nil && !takesAfter) {
                throw CommandError(
                    .syntax,
                    command.isPrefix
                        ? "each prefix comes once, the order is KEY, AFTER, DRYRUN"
                        : "\(server.commands.all[index].name) does not take this prefix")
            }
            if let wait = try wait(for: prefixes) { return wait }
            // A read behind own writes sees them: once they are on disk, the stream has them.
            if output.isHolding && (flags.contains(.read) || flags.contains(.list)) {
                return .parked(.durable, deadline: nil)
            }
            return try answer(command, request)
        case .write:
            let spec = server.commands.all[index]
            if !spec.flags.contains(.write) {
                // A quote is decided like a write, and is a read all the same.
                try Self.requireRead(prefixes)
                if let wait = try wait(for: prefixes) { return wait }
            } else if prefixes.after != nil {
                throw CommandError(.syntax, "AFTER is for reads, this command writes")
            }
            guard let caller else { throw Self.noAuthentication }
            if spec.flags.contains(.checked), let wait = try check(spec, request, caller) {
                return wait
            }
            server.ledger.execute(
                index, request, caller: caller, key: prefixes.key, isDryRun: prefixes.isDryRun,
                reply: server.scratch.reply)
            emit(server.scratch.reply, group: server.ledger.openGroup)
            if spec.flags.contains(.secret) && prefixes.isEmpty {
                noteOwnPassword(request, caller)
            }
            return .done
        case .read:
            try Self.requireRead(prefixes)
            guard let caller else { throw Self.noAuthentication }
            return try read(index, request, caller, prefixes)
        case .feature:
            guard let caller else { throw Self.noAuthentication }
            return try runFeature(server.commands.all[index], request, caller, prefixes)
        }
    }

    private static func requireRead(_ prefixes: Prefixes) throws(CommandError) {
        if prefixes.key == nil && !prefixes.isDryRun { return }
        throw CommandError(.syntax, "KEY and DRYRUN are for writes, this command reads")
    }

    private func read(
        _ index: Int, _ request: borrowing ArgumentVector, _ caller: Caller, _ prefixes: Prefixes
    ) throws(CommandError) -> Handled {
        if let wait = try wait(for: prefixes) { return wait }
        let flags = server.commands.all[index].flags
        if flags.contains(.list) && output.isHolding { return .parked(.durable, deadline: nil) }
        let isBehindWrites = output.isHolding
        server.ledger.read(
            index, request, caller: caller, isBehindWrites: isBehindWrites,
            reply: server.scratch.reply)
        let waits = isBehindWrites || flags.contains(.decides)
        emit(server.scratch.reply, group: waits ? server.ledger.openGroup : 0)
        return .done
    }

    /// What `AFTER` still waits for; nil when this server is there.
    ///
    /// - Throws: `STALE` when the time is up.
    private func wait(for prefixes: Prefixes) throws(CommandError) -> Handled? {
        guard let seq = prefixes.after, seq > server.ledger.durableSeq else { return nil }
        var deadline = server.deadline(milliseconds: UInt64(prefixes.afterMilliseconds))
        if case .seq? = resumed?.reason { deadline = resumed?.deadline ?? deadline }
        if server.clock.monotonicNanoseconds() >= deadline {
            throw CommandError(
                .stale, "this server is at \(server.ledger.durableSeq), not yet at \(seq)")
        }
        return .parked(.seq(seq), deadline: deadline)
    }

    private func answer(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> Handled {
        switch try runSession(command, request) {
        case .reply(let value): emit(value)
        case .held(let value): emit(value, group: server.ledger.openGroup)
        case .silent: break
        case .park(let reason, let deadline): return .parked(reason, deadline: deadline)
        }
        return .done
    }

    // MARK: Permission

    static let noAuthentication = CommandError(.noAuth, "Authentication required.")

    /// - Throws: `NOAUTH`, `NOPERM`, or Redis's text for a command that a subscriber may not send.
    @discardableResult
    private func mayRun(_ index: Int) throws(CommandError) -> Caller? {
        let spec = server.commands.all[index]
        guard let caller = state.caller else {
            if spec.flags.contains(.anonymous) { return nil }
            throw Self.noAuthentication
        }
        try Permission.check(spec, caller)
        if state.isSubscriber && state.version == .two {
            guard case .session(let command) = spec.handler, command.isForSubscribers else {
                throw CommandError(
                    .err,
                    "Can't execute '\(spec.name.lowercased())': only (P|S)SUBSCRIBE / "
                        + "(P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context")
            }
        }
        return caller
    }

    // MARK: Transactions

    /// Queues a command between `MULTI` and `EXEC`.
    ///
    /// - Returns: whether it was queued; false for the commands that end the transaction.
    private func queue(
        _ index: Int, _ request: borrowing ArgumentVector, _ prefixes: Prefixes
    ) throws(CommandError) -> Bool {
        let spec = server.commands.all[index]
        if case .session(let command) = spec.handler {
            if command.isForTransactions { return false }
            state.transaction?.hasSessionCommands = true
        }
        if !prefixes.isEmpty || spec.flags.contains(.blocking)
            || spec.flags.contains(.noTransaction)
        {
            throw CommandError(
                .err,
                prefixes.isEmpty
                    ? "\(spec.name) is not allowed inside MULTI"
                    : "KEY, AFTER and DRYRUN are not allowed inside MULTI")
        }
        let limits = server.limits
        if (state.transaction?.requests.count ?? 0) >= limits.transactionCommands {
            throw CommandError(
                .limit, "MULTI takes at most \(limits.transactionCommands) commands")
        }
        let bytes = (state.transaction?.byteCount ?? 0) + request.byteCount
        if bytes > limits.requestBytes {
            throw CommandError(.limit, "MULTI takes at most \(limits.requestBytes) bytes")
        }
        state.transaction?.byteCount = bytes
        state.transaction?.requests.append(request.copies())
        emit(.simple("QUEUED"))
        return true
    }
}

extension SessionCommand {
    var isPrefix: Bool { self == .key || self == .after || self == .dryRun }

    /// What RESP2 allows while subscribed.
    var isForSubscribers: Bool {
        switch self {
        case .ping, .quit, .reset, .subscribe, .psubscribe, .unsubscribe, .punsubscribe: true
        default: false
        }
    }

    /// What acts at once between `MULTI` and `EXEC`.
    var isForTransactions: Bool {
        switch self {
        case .multi, .exec, .discard, .watch, .unwatch, .quit, .reset: true
        default: false
        }
    }
}
