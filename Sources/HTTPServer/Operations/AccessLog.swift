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
                "method": "\(head.methodText)", "path": "\(head.rawPath)", "status": "\(status)",
                "bytes": "\(bytes)", "ms": "\(milliseconds)",
                "user": "\(exchange.caller?.name.text ?? "")", "peer": "\(exchange.peer)",
                "request_id": "\(exchange.requestID)",
            ])
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
