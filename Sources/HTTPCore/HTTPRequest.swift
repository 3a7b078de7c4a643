/// A whole request, as handlers see it.
package struct HTTPRequest: Sendable {
    package let head: RequestHead
    package let target: RequestTarget
    /// The body without its framing.
    package var body: [UInt8]
    /// The address of the client, for logs and limits.
    package let peer: String

    package init(head: RequestHead, target: RequestTarget, body: [UInt8], peer: String) {
        self.head = head
        self.target = target
        self.body = body
        self.peer = peer
    }

    /// The value of the first query parameter of a name, or nil.
    package func query(_ name: String) -> String? { target.query(name) }

    /// The value of a header field; see `RequestHead.field`.
    package func field(_ lowercasedName: StaticString) -> String? { head.field(lowercasedName) }

    /// The credentials of the field `Authorization`, or nil without one.
    package var authorization: Authorization? { Authorization(head) }

    /// The media type of the body in lower case without parameters, or nil without a
    /// `Content-Type`.
    package var mediaType: String? { head.field("content-type").flatMap(MediaType.essence) }
}
