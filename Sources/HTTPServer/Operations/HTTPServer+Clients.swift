import Basics
package import Connections
import Domain
import EventLoop
import Ledger

/// The connections as the whole server shows them.
extension HTTPServer: ClientsPort {
    package func clients(now: UInt64) -> [ClientEntry] {
        func seconds(since moment: UInt64) -> UInt64 {
            now > moment ? (now - moment) / 1_000_000_000 : 0
        }
        return connections.values.sorted { $0.id < $1.id }.map { connection in
            ClientEntry(
                id: connection.id, kind: connection.phase == .stream ? "feed" : "http",
                peer: connection.remote, local: connection.local,
                user: connection.lastCaller?.name.text ?? "",
                ageSeconds: seconds(since: connection.connected),
                idleSeconds: seconds(since: connection.lastActive),
                unsentBytes: connection.output.unsentBytes)
        }
    }

    package func kill(client id: UInt64) -> Bool {
        guard let connection = connections[id] else { return false }
        log.info("a client was killed", ["client": "\(connection.remote)", "id": "\(id)"])
        // The one that asks shall hear the answer; who does not read would hold it up for ever.
        if connection.phase == .head && connection.output.unsentBytes == 0 {
            connection.finish()
        } else {
            connection.close()
        }
        return true
    }
}

extension HTTPServer: FeedCounter {
    package var feedCounts: [FeedCounts] { feeds?.counts ?? [] }
}
