import Accounts
import Basics
import Domain
import EventLoop
import HTTPCore
import Ledger

/// One line for each request, where the settings ask for it. What follows `?` is never logged: it
/// may hold what nobody else should read.
extension HTTPConnection {
    /// The line of a request that was answered.
    func logRequest(_ exchange: Exchange, status: Int, bytes: Int, milliseconds: UInt64) {
        let head = exchange.head
        server.log.info(
            "request",
            [
                "method": "\(head.methodText)", "path": "\(Self.shown(head.rawPath))",
                "status": "\(status)", "bytes": "\(bytes)", "ms": "\(milliseconds)",
                "user": "\(exchange.caller?.name.text ?? "")", "peer": "\(exchange.peer)",
                "request_id": "\(exchange.requestID)",
            ])
    }

    /// A path for the log: a token that somebody put where an id belongs is hidden.
    private static func shown(_ path: String) -> String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if !parts.contains(where: { Credentials.isToken(String($0)) }) { return path }
        return parts.map { Credentials.isToken(String($0)) ? Redacted.placeholder : String($0) }
            .joined(separator: "/")
    }

    /// The line of bytes of which no request could be made: nothing in them is believed.
    func logRefusal(_ refusal: HTTPRefusal, bytes: Int) {
        server.log.info(
            "request",
            [
                "method": "", "path": "", "status": "\(refusal.status)", "bytes": "\(bytes)",
                "ms": "0", "user": "", "peer": "\(remote.host)", "request_id": "",
                "reason": "\(refusal.reason)",
            ])
    }
}
