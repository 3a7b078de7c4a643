import Basics
import Glibc
import JSON
import RESP

/// A back-test that a server does of a version it has, watched until it ends.
enum BacktestWatch {
    private static let pauseMicroseconds: UInt32 = 200_000

    /// - Returns: the report.
    static func run(_ name: String, _ invocation: Invocation) throws(ClientError) -> JSONValue {
        var words = ["PLUGIN", "BACKTEST", name]
        for flag in ["version", "from", "to"] {
            if let value = invocation.value(flag) { words += [flag.uppercased(), value] }
        }
        var server = try ServerConnection.open(try ServerOptions(invocation))
        let began = try document(&server, words)
        guard let job = began["job"]?.string else {
            throw ClientError("the server begins no back-test")
        }
        var bar = ProgressBar(
            "back-test", total: began["events"]?["total"]?.int64.map { Int(clamping: $0) },
            unit: "events", isShown: invocation.console.showsProgress, clock: SystemClock(),
            write: invocation.console.complain)
        defer { bar.clear() }
        while true {
            let status = try document(&server, ["PLUGIN", "BACKTEST", "STATUS", job])
            switch status["state"]?.string {
            case "running":
                bar.update(Int(clamping: status["events"]?["done"]?.int64 ?? 0))
                usleep(pauseMicroseconds)
            case "done": return status["report"] ?? .null
            case "failed":
                throw ClientError("the back-test failed: \(status["error"]?.string ?? "")")
            default: throw ClientError("somebody stopped the back-test")
            }
        }
    }

    private static func document(
        _ server: inout ServerConnection, _ words: [String]
    ) throws(ClientError) -> JSONValue {
        let reply = try server.demand(words)
        do throws(JSONError) { return try JSONReader.parse((reply.text ?? "").utf8.span) } catch {
            throw ClientError("the server answered something that is no JSON")
        }
    }
}
