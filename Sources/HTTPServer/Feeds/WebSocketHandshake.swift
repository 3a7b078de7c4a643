import Basics
import Crypto
import HTTPCore
import Ledger

/// The request that turns a connection into a WebSocket (RFC 6455, section 4).
enum WebSocketHandshake {
    /// What is hashed behind the client's key.
    private static let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// The value of `Sec-WebSocket-Accept`.
    ///
    /// - Throws: 426 where another protocol or version is asked for, 400 for a key that is none.
    static func accept(_ head: RequestHead) throws(Problem) -> String {
        guard head.version == .http11, head.wantsUpgrade,
            let upgrade = head.field("upgrade"),
            upgrade.split(separator: ",").contains(where: { isWebSocket($0) })
        else {
            throw upgradeRequired("this address speaks WebSocket only")
        }
        guard head.fields(named: "sec-websocket-version") == ["13"] else {
            throw upgradeRequired("the version of WebSocket must be 13")
        }
        let keys = head.fields(named: "sec-websocket-key")
        let key = keys.first ?? ""
        if keys.count != 1 || key.utf8.count != 24 || Base64.decode(key.utf8.span)?.count != 16 {
            throw Problem(.syntax, "Sec-WebSocket-Key is not 16 bytes in Base64")
        }
        let proof = key + guid
        do throws(CryptoError) {
            let hash = try SHA1.hash(proof.utf8.span)
            return Base64.encode(hash.span)
        } catch {
            throw Problem(.err, "SHA-1 failed")
        }
    }

    private static func upgradeRequired(_ detail: String) -> Problem {
        var problem = Problem(.syntax, detail, status: 426)
        problem.fields += [
            (name: "Connection", value: "Upgrade"), (name: "Upgrade", value: "websocket"),
            (name: "Sec-WebSocket-Version", value: "13"),
        ]
        return problem
    }

    private static func isWebSocket(_ word: Substring) -> Bool {
        let name = word.split(whereSeparator: { $0 == " " || $0 == "\t" })
        return name.count == 1 && name[0].lowercased() == "websocket"
    }
}
