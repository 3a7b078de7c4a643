import Basics
import Connections
import Domain
import EventLoop
import Ledger
import Storage
import System

extension Session {
    func runServer(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        switch command {
        case .info:
            var sections: [String] = []
            for word in 1..<max(1, request.count) {
                sections.append(request.text(word).lowercased())
            }
            return .reply(.text(ServerInfo(server).text(sections)))
        case .dbSize: return .reply(.integer(Int64(clamping: view.head.seq)))
        case .role:
            return .reply(
                .array([
                    .text("leader"), .integer(Int64(clamping: server.ledger.durableSeq)),
                    .array([]),
                ]))
        case .time:
            let milliseconds = server.clock.wallMilliseconds()
            return .reply(
                .array([
                    .text(String(milliseconds / 1_000)),
                    .text(String(milliseconds % 1_000 * 1_000)),
                ]))
        case .timeAccept:
            server.ledger.acceptTime()
            return .ok
        case .memoryUsage: return try memoryUsage(request)
        case .monitor:
            if !state.isMonitor {
                state.isMonitor = true
                server.monitors.append(self)
            }
            return .ok
        case .audit: return try audit()
        case .shutdown: return try shutdown(request)
        default: throw Self.misplaced(command)
        }
    }

    /// The size of a trade's, shipment's, station's, item's or ship's document. `SAMPLES n`, as
    /// Redis has it, changes nothing.
    private func memoryUsage(
        _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        if request.count > 3 {
            guard request.count == 5, request[3].equalsFolded("SAMPLES"),
                request[4].unsignedNumber != nil
            else { throw CommandError(.syntax, "MEMORY USAGE takes one id and [SAMPLES n]") }
        }
        guard let id = Identifier(request[2]) else { return .reply(.null) }
        let view = self.view
        var body = ByteBuffer()
        guard let caller = state.caller else { throw Self.noAuthentication }
        do throws(StorageError) {
            if let trade = try view.trade(id: id), caller.maySee(trade, names: view.names) {
                body.appendJSON(trade, names: view.names)
            } else if let shipment = try view.shipment(id: id),
                caller.maySee(shipment, names: view.names)
            {
                body.appendJSON(shipment, names: view.names)
            } else if let station = try view.station(id) {
                body.appendJSON(station, names: view.names)
            } else if let item = try view.item(id) {
                body.appendJSON(item, names: view.names)
            } else if let ship = try view.ship(id) {
                body.appendJSON(ship, names: view.names)
            }
        } catch { throw CommandError(error) }
        return .reply(body.isEmpty ? .null : .integer(Int64(body.count)))
    }

    /// Runs on a thread of its own; this connection waits, the others go on.
    private func audit() throws(CommandError) -> SessionOutcome {
        if let result = resumed?.result { return .reply(result) }
        if server.serving.audit != nil { throw CommandError(.busy, "an AUDIT is under way") }
        let (loop, results, id) = (server.loop, server.serving.workerResults, id)
        let work = server.ledger.auditWork { results.isCancelled }
        do throws(SystemError) {
            server.serving.audit = try SystemThread(name: "audit") {
                let result: ReplyValue
                do throws(CommandError) {
                    result = .json(try work())
                } catch { result = .error(error) }
                results.add(result, for: id, isAudit: true)
                loop.wake()
            }
        } catch { throw CommandError(.err, "no thread for AUDIT: \(error)") }
        return .park(.worker, deadline: nil)
    }

    /// `SHUTDOWN [NOSAVE|SAVE] [NOW]`: everything is saved in any case.
    private func shutdown(_ request: borrowing ArgumentVector) throws(CommandError)
        -> SessionOutcome
    {
        var (saysSave, saysNow) = (false, false)
        for word in 1..<max(1, request.count) {
            let isSave = request[word].equalsFolded("SAVE") || request[word].equalsFolded("NOSAVE")
            if isSave && !saysSave {
                saysSave = true
            } else if request[word].equalsFolded("NOW") && !saysNow {
                saysNow = true
            } else {
                throw CommandError(
                    .syntax,
                    "SHUTDOWN takes [NOSAVE|SAVE] [NOW], got \(ValueError.quoted(request[word]))")
            }
        }
        server.log.info("SHUTDOWN was asked for", ["client": "\(peer)"])
        closeAfterReply()
        if let onShutdown = server.serving.onShutdown {
            onShutdown()
        } else {
            server.serving.stop()
        }
        return .silent
    }
}
