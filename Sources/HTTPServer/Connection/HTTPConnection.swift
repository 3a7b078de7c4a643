import Basics
import Connections
import EventLoop
import HTTPCore
import Ledger
import System

/// One connection: its bytes, and where it stands.
///
/// A readable event parses and runs what has come, and then writes once. Requests of a pipeline are
/// taken one after the other: the next is looked at when the reply of the last is in the queue, and
/// so replies keep the order of their requests. A connection belongs to one loop; everything here
/// runs on that loop's thread.
final class HTTPConnection: EventHandler {
    /// What the next bytes are.
    enum Phase: Equatable {
        case head
        case body
        /// Looked at later: a request waits for something.
        case waiting
        /// A feed's.
        case stream
        /// Nobody's: read away, so that closing does not destroy the last reply.
        case draining
        case closed
    }

    /// What the deadline is for.
    enum Patience {
        case none
        case head
        case body
        case idle
        case drain
    }

    let id: UInt64
    /// A cycle while the connection is open; the server drops the connection when it closes.
    let server: HTTPServer
    let remote: Endpoint
    /// Where it came in.
    let local: Endpoint
    let connected: UInt64
    var transport: Transport
    var output = OutputQueue()
    var parser: RequestParser
    var body: BodyReader?
    var wait: ExchangeWait?
    var stream: (any StreamHandler)?
    var phase = Phase.head
    /// Nothing more is taken; it closes when everything is sent.
    var closesAfterReply = false
    /// Requests so far.
    var requestCount: UInt64 = 0
    /// The user of the last request, for lists of connections.
    var lastCaller: Caller?
    /// Monotonic nanoseconds of the last event.
    var now: UInt64
    var lastActive: UInt64
    /// Whether it is in the server's list of those that wait for the disk.
    var isListedAsHolding = false
    /// Whether it is in the server's list of those that have something to send.
    var isListedAsDirty = false

    var patience = Patience.head
    var deadline: UInt64
    var stalledSince: UInt64?
    /// What was received and not consumed; nil where there is nothing.
    var input: ByteBuffer?
    var registration: Registration?
    var watched: ReadyEvents = []
    var hasEnded = false
    /// Writing failed in the middle of something: it closes at the end of the turn.
    var hasFailed = false
    var isPaused = false
    var isOutputBlocked = false
    var drained = 0

    init(
        id: UInt64, server: HTTPServer, transport: consuming Transport, remote: Endpoint,
        local: Endpoint, now: UInt64
    ) {
        self.id = id
        self.server = server
        self.transport = transport
        self.remote = remote
        self.local = local
        self.now = now
        connected = now
        lastActive = now
        deadline = now &+ UInt64(max(server.limits.httpHeadMilliseconds, 0)) &* 1_000_000
        parser = RequestParser(
            maximumBytes: server.limits.httpHeadBytes, maximumFields: server.limits.httpHeadFields)
    }

    /// Begins to read.
    func start() throws(SystemError) {
        watched = .readable
        registration = try server.loop.register(transport.descriptor, for: watched, self)
    }

    var isClosed: Bool { phase == .closed }
    /// Whether bytes may be taken as requests now.
    private var takesRequests: Bool { (phase == .head || phase == .body) && !closesAfterReply }

    // MARK: Events of the loop

    func ready(_ events: ReadyEvents, on loop: EventLoop) {
        if isClosed { return }
        if events.contains(.failed) || events.contains(.hungUp) { return close() }
        now = server.clock.monotonicNanoseconds()
        if events.contains(.writable) {
            isOutputBlocked = false
            flush()
            if isClosed { return }
            goOn()
        }
        if isClosed { return }
        if events.contains(.readable) || transport.wantsRoom { receive() }
    }

    func receive() {
        if phase == .draining { return drain() }
        if phase == .stream { return receiveForStream() }
        if hasEnded || isPaused || !takesRequests { return }
        var buffer = takeInput()
        var isDone = false
        while !isDone {
            isDone = true
            let transfer: Socket.Transfer
            do throws(SystemError) {
                transfer = try transport.read(into: &buffer, maximum: HTTPServer.readBytes)
            } catch {
                giveBack(buffer)
                return fail(error)
            }
            switch transfer {
            case .bytes(let count):
                server.serving.statistics.inputBytes &+= UInt64(count)
                process(&buffer)
                isDone = isClosed || isPaused || !takesRequests || !transport.hasUnreadBytes
            case .wouldBlock: break
            case .closed: hasEnded = true
            }
        }
        giveBack(buffer)
        finishTurn()
    }

    private func fail(_ error: SystemError) {
        if transport.isReady {
            server.log.debug("a connection failed", ["client": "\(remote)", "reason": "\(error)"])
        } else {
            server.serving.statistics.handshakeFailures &+= 1
            server.log.info(
                "a client could not begin TLS", ["client": "\(remote)", "reason": "\(error)"])
        }
        close()
    }

    /// Goes on with what was received before.
    func goOn() {
        if isClosed { return }
        if phase == .stream {
            if output.unsentBytes > 0 { return updateInterest() }
            if closesAfterReply { return beginDraining() }
            stream?.canSend()
            return updateInterest()
        }
        if isPaused {
            if isOverPipelineLimit { return }
            isPaused = false
        }
        if takesRequests, input != nil {
            var buffer = takeInput()
            process(&buffer)
            giveBack(buffer)
        }
        if takesRequests, !isPaused, transport.hasUnreadBytes { return receive() }
        finishTurn()
    }

    func finishTurn() {
        if isClosed { return }
        flush()
        if isClosed { return }
        if phase == .draining { return updateInterest() }
        let isSent = !output.isHolding && output.unsentBytes == 0
        if isSent && phase != .waiting && phase != .stream {
            if closesAfterReply { return beginDraining() }
            if hasEnded && !isPaused { return close() }
        }
        updatePatience()
        updateInterest()
    }

    // MARK: Input

    func takeInput() -> ByteBuffer {
        if let own = input.take() { return own }
        return server.scratch.takeReadBuffer()
    }

    private func giveBack(_ buffer: consuming ByteBuffer) {
        if buffer.isEmpty || isClosed {
            server.scratch.returnReadBuffer(buffer)
        } else if buffer.capacity >= HTTPServer.readBytes && buffer.count < buffer.capacity / 4 {
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
        while takesRequests && start < buffer.count {
            if isOverPipelineLimit {
                flush()
                if isClosed { return }
                if isOverPipelineLimit {
                    isPaused = true
                    break
                }
            }
            if phase == .body {
                start += takeBody(buffer, from: start)
                continue
            }
            switch parser.parse(buffer, from: start) {
            case .more:
                buffer.removeFirst(start)
                return
            case .request(let head, let offset):
                start += offset
                patience = .none
                begin(head)
            case .refused(let refusal):
                refuse(refusal)
            }
        }
        if isClosed { return }
        // What lies behind a last reply is nobody's.
        buffer.removeFirst(closesAfterReply ? buffer.count : start)
    }

    /// Takes the connection's bytes away from requests for good.
    func becomeStream(_ handler: any StreamHandler) {
        stream = handler
        phase = .stream
        patience = .none
        body = nil
        // What the system has taken cannot be called back: a client that does not read is to be
        // noticed soon, and thousands of them are not to fill the system's memory.
        Socket.limitSendBuffer(of: transport.descriptor, bytes: 64 << 10)
        // What comes next begins when this turn's bytes are put back.
        server.markDirty(self)
    }

    private func receiveForStream() {
        guard let stream else { return close() }
        var buffer = takeInput()
        var isDone = false
        while !isDone {
            isDone = true
            let transfer = try? transport.read(into: &buffer, maximum: HTTPServer.readBytes)
            switch transfer {
            case .bytes(let count):
                server.serving.statistics.inputBytes &+= UInt64(count)
                isDone = !transport.hasUnreadBytes
            case .wouldBlock: break
            case .closed, nil: hasEnded = true
            }
        }
        if !buffer.isEmpty { stream.received(buffer.bytes) }
        buffer.removeAll()
        server.scratch.returnReadBuffer(buffer)
        if isClosed { return }
        if hasEnded { return close() }
        flush()
        updateInterest()
    }
}
