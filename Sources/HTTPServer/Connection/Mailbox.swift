import Accounts
import EventLoop
import HTTPCore
import Ledger
import Synchronization

/// What another thread has found out for a request that waits for it.
struct Delivery: Sendable {
    enum Content: Sendable {
        /// Who the credentials belong to.
        case logIn(LogIn)
        /// The whole answer.
        case response(HTTPResponse)
        /// What a feature says to a command.
        case feature(FeatureResult)
    }

    /// The connection's number.
    let connection: UInt64
    /// The request's number on its connection: answers to others come too late.
    let exchange: UInt64
    let content: Content
}

/// Answers of other threads on their way to the connections that wait for them.
///
/// Threading: any thread adds, the loop's thread takes.
final class Mailbox: Sendable {
    private let loop: EventLoop
    private let deliveries = Mutex<[Delivery]>([])

    init(loop: EventLoop) { self.loop = loop }

    func add(_ delivery: Delivery) {
        deliveries.withLock { $0.append(delivery) }
        loop.wake()
    }

    /// Everything that was added since the last call.
    func take() -> [Delivery] {
        deliveries.withLock { deliveries in
            if deliveries.isEmpty { return [] }
            defer { deliveries.removeAll() }
            return deliveries
        }
    }
}
