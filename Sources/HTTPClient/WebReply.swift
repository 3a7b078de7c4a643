/// The answer to a `WebRequest`, of any status.
package struct WebReply: Sendable, Equatable {
    /// Why the body ends where it does. The status counts in each case.
    package enum End: String, Sendable {
        case complete
        /// The body is longer than `TransferLimits.replyBytes`.
        case cut
        /// The receiver closed the connection within the body.
        case closedEarly
        /// The time was up within the body.
        case timedOut
    }

    /// 200 to 599 in practice; redirects are not followed.
    package let status: Int
    /// Those that were wanted and came, with lower-case names, the first of each name.
    package let fields: [WebRequest.Field]
    /// The first bytes of the body. Show them to operators at most, never to a customer.
    package let body: [UInt8]
    package let end: End
    /// The address that answered, such as `192.0.2.1`.
    package let remoteAddress: String
    package let milliseconds: Int

    /// The value of a wanted header; `name` in any case.
    package func field(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name == wanted }?.value
    }
}
