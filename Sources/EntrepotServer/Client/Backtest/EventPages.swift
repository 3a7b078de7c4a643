import Basics
import Domain
import Plugins
import RESP

/// The log of a server as a back-test reads it: page by page over TCP, and now and then an earlier
/// event again. Only what the user may see is there. One thread.
final class EventPages {
    private var server: ServerConnection
    private static let pageEvents = 1_000

    init(_ options: ServerOptions) throws(ClientError) {
        server = try ServerConnection.open(options)
    }

    /// The last event's seq.
    func length() throws(ClientError) -> Int {
        let reply = try server.demand(["XLEN", "events"])
        guard case .integer(let count) = reply else {
            throw ClientError("XLEN gives no number")
        }
        return Int(clamping: count)
    }

    /// Gives a back-test the events up to a seq: what comes after it is not waited for.
    ///
    /// - Parameter progress: gets the seqs done.
    func walk(
        _ backtest: Backtest, upTo last: Int, progress: (Int) -> Void
    ) throws(ClientError) {
        let reader = EventReader(market: backtest.market)
        var from = "-"
        while true {
            let page = try entries(from, "\(last)", count: Self.pageEvents)
            // A page may be short; only an empty one is the last.
            if page.isEmpty { return }
            for (id, text) in page {
                from = "(" + id
                guard let event = try event(text, reader) else {
                    backtest.passOver()
                    continue
                }
                progress(Int(clamping: event.seq))
                do throws(BacktestError) {
                    if try !backtest.take(event) { return }
                } catch { throw ClientError(error.message) }
            }
        }
    }

    private func event(
        _ text: String, _ reader: EventReader
    ) throws(ClientError) -> Event? {
        do throws(EventDocumentError) { return try reader.event(text.utf8.span) } catch {
            throw ClientError("the server gives an event that cannot be read: \(error.message)")
        }
    }

    private func entries(
        _ from: String, _ to: String, count: Int
    ) throws(ClientError) -> [(id: String, event: String)] {
        let reply = try server.demand(["XRANGE", "events", from, to, "COUNT", "\(count)"])
        guard let elements = reply.elements else {
            throw ClientError("XRANGE gives no list of events")
        }
        var entries: [(id: String, event: String)] = []
        for entry in elements {
            guard let parts = entry.elements, parts.count == 2, let id = parts[0].text,
                let event = parts[1]["event"]?.text
            else { throw ClientError("XRANGE gives an entry without an event") }
            entries.append((id, event))
        }
        return entries
    }

    /// An event that was read before.
    func event(_ seq: UInt64) throws(EventDocumentError) -> ByteBuffer? {
        do throws(ClientError) {
            guard let found = try entries("\(seq)", "\(seq)", count: 1).first else { return nil }
            var bytes = ByteBuffer(capacity: found.event.utf8.count)
            bytes.append(found.event)
            return bytes
        } catch { throw EventDocumentError(error.message) }
    }
}
