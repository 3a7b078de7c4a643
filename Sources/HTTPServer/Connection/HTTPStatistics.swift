package import Connections

/// What was counted of one route.
package struct RouteFigures: Sendable {
    /// Requests by the status of their replies.
    package private(set) var statuses: [(status: Int, count: UInt64)] = []
    package private(set) var latency = LatencyHistogram()

    mutating func record(status: Int, nanoseconds: UInt64) {
        latency.record(nanoseconds: nanoseconds)
        for index in statuses.indices where statuses[index].status == status {
            statuses[index].count &+= 1
            return
        }
        statuses.append((status, 1))
    }
}

/// The counters of the HTTP edge.
///
/// Threading: the loop's thread.
package final class HTTPStatistics {
    /// By the route's place in the table.
    package private(set) var routes: [RouteFigures]
    /// Requests for which there is no route.
    package private(set) var unrouted = RouteFigures()
    /// Bytes of which no request could be made, by the status they were answered with.
    package private(set) var refused = RouteFigures()

    init(routeCount: Int) {
        routes = Array(repeating: RouteFigures(), count: routeCount)
    }

    /// - Parameter route: its place in the table; -1: none.
    func didAnswer(route: Int, status: Int, nanoseconds: UInt64) {
        if routes.indices.contains(route) {
            routes[route].record(status: status, nanoseconds: nanoseconds)
        } else {
            unrouted.record(status: status, nanoseconds: nanoseconds)
        }
    }

    func didRefuse(status: Int) { refused.record(status: status, nanoseconds: 0) }
}
