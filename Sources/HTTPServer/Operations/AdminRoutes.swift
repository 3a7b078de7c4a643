/// Everything under `/admin`.
extension RouteTable {
    static let adminRoutes: [Route] = ruleRoutes + channelRoutes + accountRoutes + serverRoutes
}
