import Basics
import Connections
import Domain
import EventLoop
import JSON
import Ledger
import System

/// The `AUDIT` that administrators ask for over HTTP: it takes minutes, so that its report is asked
/// for later. One is under way at a time, over all edges; the last report is kept.
///
/// Threading: the loop's thread.
final class AuditDesk {
    private enum State {
        case none
        case running
        case done([UInt8])
        case failed(CommandError)
    }

    private var state = State.none
    /// Wall-clock milliseconds.
    private var started: Int64 = 0
    private var finished: Int64 = 0

    /// Begins a run on a thread of its own.
    ///
    /// - Throws: 409 where one is under way.
    func begin(_ serving: ServingLoop) throws(Problem) {
        if serving.audit != nil {
            throw Problem(.busy, "an AUDIT is under way", status: 409)
        }
        let (loop, results) = (serving.loop, serving.workerResults)
        let work = serving.ledger.auditWork { results.isCancelled }
        do throws(SystemError) {
            serving.audit = try SystemThread(name: "audit") {
                let result: ReplyValue
                do throws(CommandError) { result = .json(try work()) } catch {
                    result = .error(error)
                }
                results.add(result, for: 0, isAudit: true)
                loop.wake()
            }
        } catch { throw Problem(.err, "no thread for AUDIT: \(error)", status: 503) }
        state = .running
        started = serving.clock.wallMilliseconds()
    }

    /// A run has ended, whichever edge began it.
    func finish(_ value: ReplyValue?, now: Int64) {
        switch value {
        case .json(let report): state = .done(report)
        case .error(let error): state = .failed(error)
        default: return
        }
        finished = now
    }

    /// `{"status","started","finished","report","error"}`
    func document(isRunning: Bool) -> [UInt8] {
        var isDone = false
        var buffer = ByteBuffer(capacity: 1_024)
        buffer.append("{\"status\":" as StaticString)
        switch state {
        case _ where isRunning: buffer.append("\"running\"" as StaticString)
        case .none: buffer.append("\"none\"" as StaticString)
        case .running: buffer.append("\"running\"" as StaticString)
        case .done, .failed:
            isDone = true
            buffer.append("\"done\"" as StaticString)
        }
        append(",\"started\":", started, to: &buffer)
        append(",\"finished\":", isDone ? finished : 0, to: &buffer)
        buffer.append(",\"report\":" as StaticString)
        if isDone, case .done(let report) = state {
            buffer.append(report)
        } else {
            buffer.appendJSONNull()
        }
        buffer.append(",\"error\":" as StaticString)
        if isDone, case .failed(let error) = state {
            buffer.appendJSON(string: error.message)
        } else {
            buffer.appendJSONNull()
        }
        buffer.append(UInt8(ascii: "}"))
        return buffer.array
    }

    private func append(_ key: StaticString, _ time: Int64, to buffer: inout ByteBuffer) {
        buffer.append(key)
        if time == 0 { return buffer.appendJSONNull() }
        buffer.appendJSON(Timestamp(milliseconds: time))
    }
}
