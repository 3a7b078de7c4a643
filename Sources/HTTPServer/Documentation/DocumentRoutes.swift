import HTTPCore

extension RouteTable {
    /// The routes of the documentation.
    static let documentRoutes: [Route] = []

    /// The routes of log-in.
    static let sessionRoutes: [Route] = []
}
