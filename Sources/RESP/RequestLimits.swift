/// How large a request may be. Nothing is ever allocated by an announced length: these limits
/// bound what has really been received and kept.
package struct RequestLimits: Equatable, Sendable {
    /// Bytes of one inline line without its LF.
    package var lineBytes: Int
    /// Bytes of one word.
    package var argumentBytes: Int
    /// Words of one request.
    package var arguments: Int
    /// Bytes of one whole request in the array form, headers included.
    package var requestBytes: Int
    /// Whether these are the limits of a connection that still has to log in: the refusals then
    /// carry Redis's words for it.
    package var isBeforeLogin: Bool

    package init(
        lineBytes: Int, argumentBytes: Int, arguments: Int, requestBytes: Int,
        isBeforeLogin: Bool = false
    ) {
        self.lineBytes = lineBytes
        self.argumentBytes = argumentBytes
        self.arguments = arguments
        self.requestBytes = requestBytes
        self.isBeforeLogin = isBeforeLogin
    }

    /// Line 64 KiB, word 1 MiB, 1024 words, request 8 MiB.
    package static let standard = RequestLimits(
        lineBytes: 64 << 10, argumentBytes: 1 << 20, arguments: 1_024, requestBytes: 8 << 20)

    /// Line 16 KiB, 10 words of at most 16 KiB.
    package static let beforeLogin = RequestLimits(
        lineBytes: 16 << 10, argumentBytes: 16 << 10, arguments: 10, requestBytes: 168 << 10,
        isBeforeLogin: true)
}
