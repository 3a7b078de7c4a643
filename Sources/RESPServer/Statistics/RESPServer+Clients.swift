import Basics
package import Connections
import Domain
import EventLoop
import Ledger

/// The connections as the whole server shows them.
extension RESPServer: ClientsPort {
    package func clients(now: UInt64) -> [ClientEntry] {
        func seconds(since moment: UInt64) -> UInt64 {
            now > moment ? (now - moment) / 1_000_000_000 : 0
        }
        return sessionsByAge.map { session in
            let state = session.state
            return ClientEntry(
                id: session.id, kind: "tcp", peer: session.peer, local: session.local,
                user: state.caller?.name.text ?? "", ageSeconds: seconds(since: state.connected),
                idleSeconds: seconds(since: state.lastActive),
                unsentBytes: session.output.unsentBytes)
        }
    }

    package func kill(client id: UInt64) -> Bool {
        guard let session = sessionsByAge.first(where: { $0.id == id }) else { return false }
        log.info("a client was killed", ["client": "\(session.peer)", "id": "\(id)"])
        session.close()
        return true
    }
}

extension RESPServer: FeedCounter {
    package var feedCounts: [FeedCounts] {
        [
            FeedCounts(
                kind: "resp", subscribers: sessionsByAge.count { $0.state.isSubscriber },
                dropped: statistics.subscribersCutOff)
        ]
    }
}
