import Basics
import Connections
import Domain
import EventLoop
import Ledger
import RESP
import Storage
import System

/// One connection: its socket, its buffers, and where it stands.
///
/// A readable event parses and runs the whole pipeline and then writes once. A session belongs to
/// one loop; everything here runs on that loop's thread.
final class Session: EventHandler {
    /// Bytes that one readable event reads at most; the rest is reported again. Enough for a deep
    /// pipeline, small enough that one connection with thousands of requests does not keep the
    /// others waiting.
    static let readBytes = 16 << 10

    let id: UInt64
    /// A cycle while the connection is open; the server drops the session when it closes.
    let server: RESPServer
    let peer: Endpoint
    /// Where it came in.
    let local: Endpoint
    private var transport: Transport
    var state: SessionState
    var output = OutputQueue()

    /// Why the next request waits.
    private(set) var park: Park?
    /// The wait that the present request comes from.
    private(set) var resumed: Park?
    /// The error that the present request was answered with.
    var failure: ErrorCode?
    /// The present request was found good and its command has begun.
    var hasBegun = false
    /// What reads look at while a transaction is decided.
    var transactionView: ReadView?
    /// The encoded bytes of the last reply.
    private(set) var replyBytes = 0
    private(set) var isClosed = false
    private(set) var closesAfterReply = false
    /// Whether it is in the server's list of those that wait for the disk.
    var isListedAsHolding = false
    /// Whether it is in the server's list of those that have something to send.
    var isListedAsDirty = false

    private var parser = RequestParser()
    /// What was received and not consumed; nil where there is nothing.
    private var input: ByteBuffer?
    private var registration: Registration?
    private var watched: ReadyEvents = []
    private var hasEnded = false
    private var isPaused = false
    private var isOutputBlocked = false
    /// Since when the unsent output is above the soft limit.
    private var softLimitSince: UInt64?
    /// When a connection that was cut off is closed, whatever it has read by then.
    private var lastMoment: UInt64?

    init(
        id: UInt64, server: RESPServer, transport: consuming Transport, peer: Endpoint,
        local: Endpoint, caller: Caller?, now: UInt64
    ) {
        self.id = id
        self.server = server
        self.transport = transport
        self.peer = peer
        self.local = local
        state = SessionState(caller: caller, now: now)
    }

    /// Begins to read.
    func start() throws(SystemError) {
        watched = .readable
        registration = try server.loop.register(transport.descriptor, for: watched, self)
    }

    var descriptor: Int32 { transport.descriptor }
    /// Bytes received and not consumed.
    var unreadBytes: Int {
        switch input {
        case .some(let buffer): buffer.count
        case .none: 0
        }
    }
    /// Memory of the input buffer.
    var inputCapacity: Int {
        switch input {
        case .some(let buffer): buffer.capacity
        case .none: 0
        }
    }

    // MARK: Events of the loop

    func ready(_ events: ReadyEvents, on loop: EventLoop) {
        if isClosed { return }
        if events.contains(.failed) || events.contains(.hungUp) { return close() }
        if events.contains(.writable) {
            isOutputBlocked = false
            flush()
            if isClosed { return }
            resumeReading()
        }
        if events.contains(.readable) || transport.wantsRoom {
            receive()
            if transport.hasUnreadBytes { receive() }
        } else if events.contains(.peerClosed), park != nil {
            // Nobody is left to hear the answer of a blocking read.
            close()
        }
    }

    private func receive() {
        if hasEnded || closesAfterReply || park != nil || isPaused { return }
        var buffer = takeInput()
        let transfer: Socket.Transfer
        do throws(SystemError) {
            transfer = try transport.read(into: &buffer, maximum: Self.readBytes)
        } catch {
            giveBack(buffer)
            return fail(error)
        }
        switch transfer {
        case .bytes(let count):
            server.statistics.inputBytes &+= UInt64(count)
            process(&buffer)
        case .wouldBlock: break
        case .closed: hasEnded = true
        }
        giveBack(buffer)
        finishTurn()
    }

    private func fail(_ error: SystemError) {
        let reason = Transport.reason(of: error)
        if transport.isReady {
            server.log.debug("a connection failed", ["client": "\(peer)", "reason": "\(reason)"])
        } else {
            server.statistics.handshakeFailures &+= 1
            server.log.info(
                "a client could not begin TLS", ["client": "\(peer)", "reason": "\(reason)"])
        }
        close()
    }

    /// Goes on with what was received before.
    private func resumeReading() {
        if isClosed { return }
        if closesAfterReply { return finishTurn() }
        if park != nil { return }
        if isPaused {
            if isOverPipelineLimit { return }
            isPaused = false
        }
        if input != nil {
            var buffer = takeInput()
            process(&buffer)
            giveBack(buffer)
        }
        if transport.hasUnreadBytes && park == nil && !isPaused { return receive() }
        finishTurn()
    }

    private func finishTurn() {
        if isClosed { return }
        flush()
        if isClosed { return }
        let isDone = park == nil && !isPaused && !output.isHolding && output.unsentBytes == 0
        if isDone && (hasEnded || closesAfterReply) {
            discardUnread()
            return close()
        }
        updateInterest()
    }

    /// Reads away what nobody will look at: closing over unread bytes would reset the connection,
    /// and the peer could lose the last reply.
    private func discardUnread() {
        if hasEnded { return }
        transport.shutdownWriting()
        var buffer = server.scratch.takeReadBuffer()
        for _ in 0..<16 {
            buffer.removeAll()
            guard case .bytes? = try? transport.read(into: &buffer, maximum: Self.readBytes) else {
                break
            }
        }
        server.scratch.returnReadBuffer(buffer)
    }

    // MARK: Input

    private func takeInput() -> ByteBuffer {
        if let own = input.take() { return own }
        return server.scratch.takeReadBuffer()
    }

    private func giveBack(_ buffer: consuming ByteBuffer) {
        if buffer.isEmpty || isClosed {
            server.scratch.returnReadBuffer(buffer)
        } else if buffer.capacity >= RESPServer.sharedReadBytes
            && buffer.count < buffer.capacity / 4
        {
            var rest = ByteBuffer(capacity: buffer.count)
            rest.append(buffer.bytes)
            input = consume rest
            server.scratch.returnReadBuffer(buffer)
        } else {
            input = consume buffer
        }
    }

    private var isOverPipelineLimit: Bool {
        output.replyCount >= server.limits.pipelineReplies
            || output.unsentBytes >= server.limits.pipelineBytes
    }

    /// Parses and runs requests until the bytes or the patience end.
    private func process(_ buffer: inout ByteBuffer) {
        var start = 0
        server.beginCommands()
        while !isClosed && !closesAfterReply {
            if isOverPipelineLimit {
                flush()
                if isOverPipelineLimit {
                    isPaused = true
                    break
                }
            }
            let outcome = parser.parse(
                buffer.bytes(in: start..<buffer.count), limits: server.requestLimits(for: self),
                into: &server.scratch.arguments)
            guard let consumed = take(outcome) else { break }
            start += consumed
        }
        if !isClosed { buffer.removeFirst(start) }
    }

    /// - Returns: how many bytes are done with; nil to stop.
    private func take(_ outcome: RequestOutcome) -> Int? {
        switch outcome {
        case .needMore: return nil
        case .blank(let consumed): return consumed
        case .request(let consumed):
            runRequest()
            return park == nil ? consumed : nil
        case .refused(let consumed, let code, let message):
            server.statistics.protocolErrors &+= 1
            emitRefusal(code, message)
            return consumed
        case .fatal(let code, let message):
            server.statistics.protocolErrors &+= 1
            server.log.info(
                "a connection broke the protocol", ["client": "\(peer)", "reason": "\(message)"])
            emitRefusal(code, message)
            closeAfterReply()
            return nil
        case .httpRequest:
            server.log.warning(
                "an HTTP request came to the TCP port and was closed", ["client": "\(peer)"])
            close()
            return nil
        }
    }

    private func emitRefusal(_ code: RequestOutcome.RefusalCode, _ message: String) {
        let known: ErrorCode =
            switch code {
            case .err: .err
            case .syntax: .syntax
            case .limit: .limit
            }
        emit(.error(CommandError(known, message)))
    }

    private func runRequest() {
        let handled = run(server.scratch.arguments)
        switch handled {
        case .parked(let reason, let deadline): begin(reason, deadline: deadline)
        case .done: resumed = nil
        }
    }

    // MARK: Output

    /// Appends a reply that waits for nothing but what stands before it.
    func emit(_ value: ReplyValue, group: UInt64 = 0) {
        note(value)
        if state.replyMode != .on { return }
        let before = output.buffer.count
        ReplyEncoder.append(value, as: state.format, to: &output.buffer)
        replyBytes = output.buffer.count - before
        didAppend(group: group)
    }

    /// Appends the reply of a command.
    func emit(_ reply: Reply, group: UInt64) {
        note(reply.value)
        if state.replyMode != .on { return }
        let before = output.buffer.count
        ReplyEncoder.append(reply, as: state.format, to: &output.buffer)
        replyBytes = output.buffer.count - before
        didAppend(group: group)
    }

    /// Appends a number in RESP, of a command that cannot have failed.
    func emit(integer number: Int64) {
        let before = output.buffer.count
        ReplyWriter.integer(number, to: &output.buffer)
        replyBytes = output.buffer.count - before
        didAppend(group: 0)
    }

    /// Counts a reply that is an error.
    private func note(_ value: ReplyValue) {
        guard case .error(let error) = value else { return }
        failure = error.code
        server.statistics.errors[error.code.rawValue, default: 0] &+= 1
    }

    func didAppend(group: UInt64) {
        output.endReply(group: group, durable: server.ledger.durableGroup)
        if output.isHolding { server.markHolding(self) }
        let hard =
            state.isSubscriber
            ? server.limits.subscriberBufferHardBytes : server.limits.outputBufferHardBytes
        if output.unsentBytes > hard { cutOff("\(output.unsentBytes) bytes of unsent output") }
    }

    /// Sends what may be sent.
    func flush() {
        if isClosed || isOutputBlocked || !output.isSendable { return }
        let before = output.unsentBytes
        do throws(SystemError) {
            switch try output.send(to: &transport) {
            case .bytes: break
            case .wouldBlock: isOutputBlocked = true
            case .closed: return close()
            }
        } catch { return close() }
        server.statistics.outputBytes &+= UInt64(max(before - output.unsentBytes, 0))
        if isOutputBlocked { updateInterest() }
    }

    /// Sends and goes on after something has changed from outside: a group became durable, a push
    /// was appended.
    func flushAndResume() {
        if isClosed { return }
        flush()
        if park?.reason == .durable && !output.isHolding { return unpark() }
        resumeReading()
    }

    // MARK: Waiting

    private func begin(_ reason: Park.Reason, deadline: UInt64?) {
        var park = Park(reason: reason, deadline: deadline)
        if let deadline {
            let now = server.clock.monotonicNanoseconds()
            let milliseconds = deadline > now ? (deadline - now) / 1_000_000 + 1 : 0
            park.timer = server.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
                self?.unpark()
            }
        }
        self.park = park
        resumed = nil
        server.didPark(self)
    }

    /// Ends the wait and asks the same request again.
    func unpark(result: ReplyValue? = nil) {
        guard var ended = park, !isClosed else { return }
        if let timer = ended.timer { server.loop.cancel(timer) }
        ended.timer = nil
        ended.result = result
        park = nil
        resumed = ended
        server.didUnpark(self)
        resumeReading()
    }

    // MARK: Ends

    /// Closes as soon as everything that was said has been sent.
    func closeAfterReply() {
        closesAfterReply = true
        if let timer = park?.timer { server.loop.cancel(timer) }
        park = nil
        server.didUnpark(self)
        server.markDirty(self)
    }

    /// Ends a connection whose peer does not read what it asked for: nothing more is added but the
    /// reason, and the peer gets a little time to read up to it.
    private func cutOff(_ reason: String) {
        if lastMoment != nil { return }
        server.statistics.cutOff &+= 1
        if state.isSubscriber { server.statistics.subscribersCutOff &+= 1 }
        server.log.warning(
            "a client that reads too slowly was cut off",
            ["client": "\(peer)", "id": "\(id)", "reason": "\(reason)"])
        lastMoment = server.deadline(milliseconds: 10_000)
        server.hub.removeAll(self)
        let seq = server.ledger.durableSeq
        ReplyEncoder.append(
            .error(
                CommandError(
                    .limit, "this client reads too slowly: \(reason); the log is at \(seq)")),
            as: state.format, to: &output.buffer)
        output.endReply(group: 0, durable: server.ledger.durableGroup)
        closeAfterReply()
    }

    func close() {
        if isClosed { return }
        isClosed = true
        if let registration { server.loop.deregister(registration) }
        registration = nil
        if let timer = park?.timer { server.loop.cancel(timer) }
        park = nil
        input = nil
        transport.shutdownBoth()
        server.didClose(self)
    }

    private func updateInterest() {
        guard let registration, !isClosed else { return }
        var wanted = ReadyEvents.nothing
        if let park {
            switch park.reason {
            case .events, .worker: wanted = .peerClosed
            case .durable, .seq: break
            }
        } else if !hasEnded && !closesAfterReply && !isPaused {
            wanted = .readable
        }
        if isOutputBlocked || transport.wantsRoom { wanted = wanted.adding(.writable) }
        if wanted.rawValue == watched.rawValue { return }
        watched = wanted
        do throws(SystemError) {
            try server.loop.watch(registration, for: wanted)
        } catch { close() }
    }

    /// Looks at the time: deadlines of log-in and idleness, output above the soft limit.
    func checkDeadlines(now: UInt64) {
        if isClosed { return }
        if let lastMoment {
            if now >= lastMoment {
                transport.discardUnsent()
                close()
            }
            return
        }
        if let expires = state.caller?.expires,
            expires.milliseconds <= server.clock.wallMilliseconds()
        {
            recheckCaller()
        }
        let limits = server.limits
        // It may have begun just now.
        let age = (max(now, state.anonymousSince) - state.anonymousSince) / 1_000_000
        if (state.caller == nil || !transport.isReady) && age > UInt64(limits.loginMilliseconds) {
            let late = transport.isReady ? "log in" : "begin TLS"
            server.log.info("a connection did not \(late) in time", ["client": "\(peer)"])
            return close()
        }
        let idle = (now &- state.lastActive) / 1_000_000
        if limits.idleMilliseconds > 0 && idle > UInt64(limits.idleMilliseconds) && park == nil
            && !state.isSubscriber && !state.isMonitor
        {
            return close()
        }
        let (soft, patience) =
            state.isSubscriber
            ? (limits.subscriberBufferSoftBytes, limits.subscriberBufferSoftMilliseconds)
            : (limits.outputBufferSoftBytes, limits.outputBufferSoftMilliseconds)
        if output.unsentBytes <= soft {
            softLimitSince = nil
        } else if let since = softLimitSince {
            if (now &- since) / 1_000_000 > UInt64(patience) {
                cutOff("more than \(soft) bytes unsent for \(patience) ms")
            }
        } else {
            softLimitSince = now
        }
    }
}
