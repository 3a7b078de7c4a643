/// How a store is opened.
package struct StoreOptions: Sendable {
    /// What a reply promises about the disk.
    package enum SyncPolicy: Sendable, Equatable {
        /// Every group is on disk before its replies.
        case always
        /// The disk is at most this far behind.
        case interval(milliseconds: Int)
        /// The kernel writes when it likes.
        case off

        /// As the configuration spells it.
        package var text: String {
            switch self {
            case .always: "always"
            case .interval(let milliseconds): "\(milliseconds)"
            case .off: "off"
            }
        }
    }

    package var syncPolicy = SyncPolicy.always
    package var blockCacheBytes = 256 << 20
    package var writeBufferBytes = 64 << 20
    /// The write-ahead log at which the oldest rows go to their files: the longest replay at a
    /// start, about 20 ms for each MiB.
    package var writeAheadLogBytes = 128 << 20
    /// Opens without the right to write: verification.
    package var isReadOnly = false
    /// Opening that makes no progress for this long ends the process with a message; 0: never.
    package var recoveryMilliseconds = 30_000

    package init() {}
}
