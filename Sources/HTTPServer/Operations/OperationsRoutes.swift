import Basics
import Connections
import Domain
import HTTPCore
import JSON
import Ledger

/// The routes for those who watch over the server.
extension RouteTable {
    static let operationsRoutes: [Route] = [
        Route(
            .get, "/healthz", .operations, access: .open, "Says that the process answers.",
            answer: .own, schema: "Health", .local { _, _ in Health.alive }),
        Route(
            .get, "/readyz", .operations, access: .open,
            "Says whether the server takes requests: 503 while it stops.",
            notes: "`writes` is `refused` while the disk is nearly full: reads go on. For "
                + "load balancers: `role=leader` is 200 only on the server that writes.",
            query: [
                QueryField(
                    "role", .choice(["leader", "follower"]), "503 where the server has another.")
            ], answer: .own, schema: "Readiness", refusal: 503,
            .local { input, server in Health.readiness(server, role: input.query["role"]) }),
        Route(
            .get, "/metrics", .operations, access: .role(.viewer),
            "Gives the server's figures in the Prometheus text format.",
            notes: "Give Prometheus a token of a user with the role viewer and no stations.",
            answer: .own, schema: nil, media: "text/plain",
            .local { _, server in
                HTTPResponse(
                    status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
                    body: MetricsReport.page(of: server))
            }),
    ]
}

/// What `/healthz` and `/readyz` say.
enum Health {
    static let alive = HTTPResponse(
        status: 200, contentType: "application/json", body: Array("{\"status\":\"ok\"}".utf8))

    /// - Parameter role: the one that is asked for; nil: any.
    static func readiness(_ server: HTTPServer, role: String?) -> HTTPResponse {
        let ledger = server.serving.ledger
        let isStopping = server.serving.isStopping
        var body = ByteBuffer(capacity: 128)
        body.append("{\"status\":" as StaticString)
        body.appendJSON(string: isStopping ? "stopping" : "ready")
        body.append(",\"role\":\"leader\",\"writes\":" as StaticString)
        body.appendJSON(string: ledger.spaceRefusal == nil ? "taken" : "refused")
        body.append(",\"seq\":" as StaticString)
        body.append(decimal: ledger.durableSeq)
        body.append(UInt8(ascii: "}"))
        let isFit = !isStopping && (role ?? "leader") == "leader"
        return HTTPResponse(
            status: isFit ? 200 : 503, contentType: "application/json",
            fields: isFit ? [] : [("Retry-After", "1")], body: body.array)
    }
}
