/// How long a transfer may take and how much of an answer is kept. Numbers below their least
/// value count as that.
package struct TransferLimits: Sendable, Equatable {
    /// For name, connection and encryption together; at least 1.
    package var connectMilliseconds: Int
    /// For everything; at least 1.
    package var totalMilliseconds: Int
    /// Bytes of an HTTP answer's body that are kept; reading ends there. At least 0.
    package var replyBytes: Int
    /// Bytes of all heads of one HTTP answer; more is an error. At least 256.
    package var headBytes: Int

    package init(
        connectMilliseconds: Int = 5_000, totalMilliseconds: Int = 15_000,
        replyBytes: Int = 4_096, headBytes: Int = 65_536
    ) {
        self.connectMilliseconds = connectMilliseconds
        self.totalMilliseconds = totalMilliseconds
        self.replyBytes = replyBytes
        self.headBytes = headBytes
    }
}
