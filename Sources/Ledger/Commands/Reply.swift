package import Basics

/// What a command answers, as a value; the edges turn it into RESP, a JSON line or an HTTP body.
///
/// One reply object serves one connection again and again: `reset` keeps its storage. The record
/// of a plain reply is written straight into `body`, so that the hot commands allocate nothing.
/// Threading: whoever executes the command.
package final class Reply {
    package var value: ReplyValue = .null
    /// The JSON document where `value` is `.record`.
    package var body = ByteBuffer(capacity: 2_048)

    package init() {}

    package func reset() {
        value = .null
        body.removeAll(keeping: 256 << 10)
    }
}

/// The shape of a reply.
package enum ReplyValue: Sendable {
    /// `OK`
    case ok
    /// A short word such as `PONG` or `QUEUED`.
    case simple(String)
    case null
    case nullArray
    case integer(Int64)
    case double(Double)
    case boolean(Bool)
    case text(String)
    case bytes([UInt8])
    /// The JSON document that lies in `Reply.body`.
    case record
    /// A JSON document inside a list.
    case json([UInt8])
    case array([ReplyValue])
    case map([(key: String, value: ReplyValue)])
    case error(CommandError)
}
