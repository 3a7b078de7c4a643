import Basics
import HTTPCore

/// Where a request really comes from.
enum ClientAddress {
    /// The address of the client: the far end's, unless that is a trusted proxy; then the last one
    /// in `X-Forwarded-For` that is none.
    ///
    /// - Parameter peer: the far end's host.
    static func of(_ head: RequestHead, peer: String, settings: HTTPSettings) -> String {
        if !head.hasField("x-forwarded-for") || !settings.isTrustedProxy(peer) { return peer }
        var address = peer
        let listed = (head.field("x-forwarded-for") ?? "").split(separator: ",")
        for element in listed.reversed() {
            let name = element.drop { $0 == " " || $0 == "\t" }
            let text = String(name.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
            guard let parsed = IPAddress(withoutPort(text)) else { return address }
            address = "\(parsed)"
            if !settings.isTrustedProxy(address) { return address }
        }
        return address
    }

    /// Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`: each port would be an address
    /// of its own for limits.
    private static func withoutPort(_ text: String) -> String {
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : text
    }
}
