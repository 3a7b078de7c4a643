/// Why a request is not answered as it was asked: a status, and a sentence for whoever reads it.
///
/// Where it comes from `RequestParser` or `ChunkedDecoder` the rest of the connection's bytes
/// cannot be trusted: the reply is written and the connection closed.
package struct HTTPRefusal: Error, Sendable, Equatable {
    /// 400, 413, 414, 417, 431, 501 or 505.
    package let status: Int
    /// One sentence, without any byte of the request.
    package let reason: String

    package init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
