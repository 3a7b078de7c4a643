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
        /// Of the TLS handshake.
        case handshake
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

    /// Bytes that are read away at most behind a last reply.
    private static let drainBytes = 256 << 10
    private static let drainMilliseconds: UInt64 = 2_000

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

    private var patience = Patience.head
    private var deadline: UInt64
    private var stalledSince: UInt64?
    /// What was received and not consumed; nil where there is nothing.
    private var input: ByteBuffer?
    private var registration: Registration?
    private var watched: ReadyEvents = []
    private var hasEnded = false
    /// Writing failed in the middle of something: it closes at the end of the turn.
    private var hasFailed = false
    private var isPaused = false
    private var isOutputBlocked = false
    private var wantsToWrite = false
    private var drained = 0

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
        if self.transport.isEncrypted { phase = .handshake }
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
        if phase == .handshake { return shakeHands() }
        if events.contains(.writable) {
            isOutputBlocked = false
            flush()
            if isClosed { return }
            goOn()
        }
        if isClosed { return }
        if events.contains(.readable) {
            receive()
        } else if events.contains(.peerClosed), phase == .waiting || phase == .stream {
            // Nobody is left to hear the answer.
            close()
        }
    }

    private func shakeHands() {
        switch transport.handshake() {
        case .done:
            phase = .head
            wantsToWrite = false
            receive()
        case .wantsRead:
            wantsToWrite = false
            updateInterest()
        case .wantsWrite:
            wantsToWrite = true
            updateInterest()
        case .failed: close()
        }
    }

    private func receive() {
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
                server.log.debug("a connection failed", ["client": "\(remote)", "reason": "\(error)"])
                giveBack(buffer)
                return close()
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

    private func takeInput() -> ByteBuffer {
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

    // MARK: Output

    /// Puts the end of a reply into the queue.
    ///
    /// - Parameter group: the group it belongs to; 0 for a reply that waits for nothing.
    func didAppend(group: UInt64) {
        output.endReply(group: group, durable: server.ledger.durableGroup)
        if output.isHolding { server.markHolding(self) }
    }

    func release(upTo durable: UInt64) {
        if isClosed { return }
        now = server.clock.monotonicNanoseconds()
        let hasNews = output.release(upTo: durable)
        if output.isHolding { server.markHolding(self) }
        if hasNews { flushAndGoOn() }
    }

    /// Sends what may be sent.
    func flush() {
        if isClosed || isOutputBlocked || !output.isSendable { return }
        let before = output.unsentBytes
        do throws(SystemError) {
            switch try output.send(to: transport) {
            case .bytes: break
            case .wouldBlock: isOutputBlocked = true
            case .closed: return close()
            }
        } catch { return close() }
        let sent = max(before - output.unsentBytes, 0)
        server.serving.statistics.outputBytes &+= UInt64(sent)
        if !isOutputBlocked {
            stalledSince = nil
        } else {
            if sent > 0 || stalledSince == nil { stalledSince = now }
            updateInterest()
        }
    }

    /// Sends and goes on after something has changed from outside.
    func flushAndGoOn() {
        if isClosed { return }
        if hasFailed { return close() }
        flush()
        if isClosed { return }
        if wait?.reason == .durable && !output.isHolding { return resume() }
        if phase == .stream, input != nil, let stream {
            var buffer = takeInput()
            stream.received(buffer.bytes)
            buffer.removeAll()
            server.scratch.returnReadBuffer(buffer)
        }
        goOn()
    }

    /// For streams: sends at once what the transport takes.
    ///
    /// - Returns: nil where the connection is gone.
    func sendNow(_ bytes: Span<UInt8>) -> Int? {
        if isClosed || hasFailed { return nil }
        if output.unsentBytes > 0 || isOutputBlocked { return 0 }
        do throws(SystemError) {
            switch try transport.write(bytes) {
            case .bytes(let count):
                server.serving.statistics.outputBytes &+= UInt64(count)
                if count < bytes.count {
                    isOutputBlocked = true
                    updateInterest()
                }
                return count
            case .wouldBlock:
                isOutputBlocked = true
                updateInterest()
                return 0
            case .closed: break
            }
        } catch {
            server.log.debug("a connection failed", ["client": "\(remote)", "reason": "\(error)"])
        }
        // Not at once: the feed is in the middle of something.
        hasFailed = true
        server.markDirty(self)
        return nil
    }

    // MARK: Ends

    /// Everything is sent: says so and reads away what still comes.
    private func beginDraining() {
        if hasEnded { return close() }
        transport.shutdownWriting()
        phase = .draining
        patience = .drain
        deadline = now &+ Self.drainMilliseconds &* 1_000_000
        updateInterest()
        drain()
    }

    private func drain() {
        var buffer = server.scratch.takeReadBuffer()
        var isDone = false
        for _ in 0..<8 where !isDone {
            buffer.removeAll()
            switch try? transport.read(into: &buffer, maximum: HTTPServer.readBytes) {
            case .bytes(let count): drained += count
            case .wouldBlock: isDone = true
            case .closed, nil:
                hasEnded = true
                isDone = true
            }
        }
        server.scratch.returnReadBuffer(buffer)
        if hasEnded || drained > Self.drainBytes { close() }
    }

    /// The server stops: an idle connection closes, one that is busy finishes its request.
    func finishForStop() {
        if isClosed || phase == .stream { return }
        // A request may have come in this very moment.
        if phase == .head && input == nil { receive() }
        if isClosed || closesAfterReply { return }
        if phase == .handshake || (phase == .head && input == nil) {
            closesAfterReply = true
            if phase == .handshake { return close() }
            server.markDirty(self)
        }
    }

    func close() {
        if isClosed { return }
        phase = .closed
        if let registration { server.loop.deregister(registration) }
        registration = nil
        if let timer = wait?.timer { server.loop.cancel(timer) }
        wait = nil
        body = nil
        input = nil
        transport.shutdownBoth()
        server.didClose(self)
        let ended = stream.take()
        ended?.didClose()
    }

    func updateInterest() {
        guard let registration, !isClosed else { return }
        var wanted: ReadyEvents = []
        switch phase {
        case .waiting: wanted.insert(.peerClosed)
        case .stream: wanted = [.readable, .peerClosed]
        case .draining, .handshake: wanted.insert(.readable)
        case .head, .body:
            if !hasEnded && !isPaused && !closesAfterReply { wanted.insert(.readable) }
        case .closed: break
        }
        if isOutputBlocked || wantsToWrite { wanted.insert(.writable) }
        if wanted == watched { return }
        watched = wanted
        do throws(SystemError) {
            try server.loop.watch(registration, for: wanted)
        } catch { close() }
    }

    // MARK: Deadlines

    /// Sets what the connection may take its time for from now on.
    private func updatePatience() {
        switch phase {
        case .head:
            let isInside = input != nil
            // The first head has its time from the beginning of the connection.
            if patience == .head && (isInside || requestCount == 0) { return }
            if isPaused || closesAfterReply {
                patience = .none
            } else if isInside {
                setPatience(.head, server.limits.httpHeadMilliseconds)
            } else {
                setPatience(.idle, server.limits.httpIdleMilliseconds)
            }
        case .body:
            if patience != .body { setPatience(.body, server.limits.httpBodyMilliseconds) }
        case .draining, .handshake: break
        case .waiting, .stream, .closed: patience = .none
        }
    }

    private func setPatience(_ kind: Patience, _ milliseconds: Int) {
        patience = kind
        deadline = now &+ UInt64(max(milliseconds, 0)) &* 1_000_000
    }

    /// Looks at the time.
    func checkDeadlines(now: UInt64) {
        if isClosed { return }
        self.now = now
        if let stalledSince {
            let stalled = (now &- stalledSince) / 1_000_000
            if stalled > UInt64(max(server.limits.httpWriteMilliseconds, 0)) {
                server.serving.statistics.cutOff &+= 1
                server.log.info(
                    "a client that does not read was cut off",
                    ["client": "\(remote)", "unsent_bytes": "\(output.unsentBytes)"])
                return close()
            }
        }
        if patience == .none || now < deadline { return }
        switch patience {
        case .none: break
        case .idle, .drain: close()
        case .head:
            // A connection that never said anything needs no answer.
            if input == nil || phase == .handshake { return close() }
            refuse(HTTPRefusal(408, "the head of the request did not come in time"))
            finishTurn()
        case .body:
            let extra = UInt64(body?.receivedBytes ?? 0) &* 1_000_000_000
            let rate = UInt64(max(server.limits.httpBodyBytesPerSecond, 1))
            if now < deadline &+ extra / rate { return }
            body = nil
            refuse(HTTPRefusal(408, "the body of the request did not come in time"))
            finishTurn()
        }
    }
}
