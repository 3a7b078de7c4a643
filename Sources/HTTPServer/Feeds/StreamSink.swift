import Basics

/// A connection that a feed has taken over, as the feed sees it.
///
/// Threading: the loop's thread, as everything of an edge.
protocol StreamSink: AnyObject {
    /// Unique over both edges.
    var id: UInt64 { get }
    /// The far end's address, for limits and logs.
    var peer: String { get }

    /// Sends at once what the transport takes. Keeps nothing: the rest stays with the handler,
    /// which offers it again.
    ///
    /// - Returns: the bytes that were taken; 0: none now, and `StreamHandler.canSend` follows when
    ///   there is room (while earlier replies of a pipeline are unsent, too); nil: the connection
    ///   is gone.
    func send(_ bytes: Span<UInt8>) -> Int?

    /// Everything is sent: ends the sending side and closes when the client has closed too, or
    /// soon.
    func finish()

    /// Closes at once; what the client has not got is thrown away.
    func abort()
}

/// What takes a connection over, as the connection sees it.
protocol StreamHandler: AnyObject {
    /// There is room to send. Called first when the connection has been taken over.
    func canSend()

    /// Bytes from the client, those that lay behind its request among them.
    func received(_ bytes: Span<UInt8>)

    /// The connection has ended, whoever ended it. Called once; nothing else follows.
    func didClose()
}
