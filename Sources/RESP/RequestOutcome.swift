/// What a look at the unread bytes of a connection gave.
package enum RequestOutcome: Equatable, Sendable {
    /// The request is not complete: read more, then call again with the same bytes and the new.
    case needMore
    /// A request; its words are in the argument vector. Drop `consumed` bytes.
    case request(consumed: Int)
    /// An empty line or an empty array: no reply. Drop `consumed` bytes.
    case blank(consumed: Int)
    /// A line that cannot be understood. Drop `consumed` bytes, reply `-CODE message`, go on.
    case refused(consumed: Int, code: RefusalCode, message: String)
    /// The stream cannot be followed any longer. Reply `-CODE message` and close.
    case fatal(code: RefusalCode, message: String)
    /// A web browser was made to speak to this port. Close without a reply and log it.
    case httpRequest

    /// The error code that begins the reply.
    package enum RefusalCode: String, Sendable {
        case err = "ERR"
        case syntax = "SYNTAX"
        case limit = "LIMIT"
    }
}
