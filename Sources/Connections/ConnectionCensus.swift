package import Basics
package import EventLoop

/// How many connections there are, both edges together, and from where: what the limits count.
///
/// Threading: the loop's thread.
package final class ConnectionCensus {
    /// Open connections.
    package private(set) var count = 0
    private var byAddress: [String: Int] = [:]

    package init() {}

    /// Counts a new connection, unless there are too many.
    ///
    /// - Parameter peer: the far end; its host is what the limit per address goes by.
    /// - Returns: whether it may stay; ``leave(_:)`` must follow when it ends.
    package func admit(_ peer: Endpoint, _ limits: Limits) -> Bool {
        let address = peer.host
        let present = byAddress[address] ?? 0
        if count >= limits.maxConnections || present >= limits.maxConnectionsPerAddress {
            return false
        }
        byAddress[address] = present + 1
        count += 1
        return true
    }

    /// A connection that was admitted has ended.
    package func leave(_ peer: Endpoint) {
        let address = peer.host
        guard let present = byAddress[address] else { return }
        byAddress[address] = present > 1 ? present - 1 : nil
        count -= 1
    }
}
