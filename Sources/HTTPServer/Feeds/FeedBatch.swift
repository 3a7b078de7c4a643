import Basics
import Connections
import Domain
import JSON
import Ledger
import Storage

/// How events are framed.
enum FeedFraming: Hashable, Sendable {
    case serverSentEvents
    /// For a subscription of a WebSocket, by its id.
    case webSocket(String)
}

/// Events that are shown together, each rendered at most once for all who get it.
final class FeedBatch {
    let events: [Event]
    let names: Names
    private let history: HistoryTable
    private var documents: [[UInt8]?]

    init(_ events: [Event], names: Names, history: HistoryTable) {
        self.events = events
        self.names = names
        self.history = history
        documents = Array(repeating: nil, count: events.count)
    }

    /// Appends the frames of the events that `filter` wants and `caller` may see.
    ///
    /// - Returns: how many.
    func append(
        _ framing: FeedFraming, _ filter: FeedFilter, _ caller: Caller, to buffer: inout ByteBuffer
    ) -> Int {
        var count = 0
        for (index, event) in events.enumerated()
        where filter.wants(event) && caller.maySee(event, names: names) {
            let document = document(index)
            switch framing {
            case .serverSentEvents:
                FeedFrames.append(document, id: event.seq, history, to: &buffer)
            case .webSocket(let id):
                FeedFrames.append(document, subscription: id, to: &buffer)
            }
            count += 1
        }
        return count
    }

    private func document(_ index: Int) -> [UInt8] {
        if let document = documents[index] { return document }
        let event = events[index]
        var buffer = ByteBuffer(capacity: 1_024)
        buffer.appendJSON(event, history: history.history(of: event.seq), names: names)
        let document = buffer.array
        documents[index] = document
        return document
    }
}
