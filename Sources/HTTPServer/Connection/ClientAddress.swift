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
            if !isAddress(text) { return address }
            address = text
            if !settings.isTrustedProxy(text) { return address }
        }
        return address
    }

    /// Digits, letters, dots and colons, not too many: nothing else may get into logs and limits.
    private static func isAddress(_ text: String) -> Bool {
        (1...45).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                byte == 0x2e || byte == 0x3a || byte >= 0x30 && byte <= 0x39
                    || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
            }
    }
}
