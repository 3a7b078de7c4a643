import Basics
import Connections
import EventLoop
import HTTPCore
import System

/// What leaves a connection, how it ends, and how long it may take.
extension HTTPConnection {
    /// Bytes that are read away at most behind a last reply.
    private static let drainBytes = 256 << 10
    private static let drainMilliseconds: UInt64 = 2_000

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
            switch try output.send(to: &transport) {
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
    func beginDraining() {
        if hasEnded { return close() }
        transport.shutdownWriting()
        phase = .draining
        patience = .drain
        deadline = now &+ Self.drainMilliseconds &* 1_000_000
        updateInterest()
        drain()
    }

    func drain() {
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
        if phase == .head && input == nil {
            closesAfterReply = true
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
        var wanted = ReadyEvents.nothing
        switch phase {
        // Who has said all it has to say still waits for its answer; who is gone is noticed when
        // that is sent, or by a reset before.
        case .waiting, .closed: break
        case .stream, .draining: wanted = .readable
        case .head, .body:
            if !hasEnded && !isPaused && !closesAfterReply { wanted = .readable }
        }
        if isOutputBlocked || transport.wantsRoom { wanted = wanted.adding(.writable) }
        if wanted.rawValue == watched.rawValue { return }
        watched = wanted
        do throws(SystemError) {
            try server.loop.watch(registration, for: wanted)
        } catch { close() }
    }

    // MARK: Deadlines

    /// Sets what the connection may take its time for from now on.
    func updatePatience() {
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
        case .draining: break
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
                return abort()
            }
        }
        if patience == .none || now < deadline { return }
        switch patience {
        case .none: break
        case .idle, .drain: close()
        case .head:
            // A connection that never said anything needs no answer.
            if input == nil { return close() }
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
