/// What RocksDB, or this wrapper in front of it, refused or failed to do.
package struct RocksDBError: Error, Equatable, CustomStringConvertible {
    /// The class of failure, so that callers need not read the text.
    package enum Kind: Equatable, Sendable {
        /// The operating system reported an error.
        case io
        /// The file system is full, or a quota is used up.
        case noSpace
        /// Another process, or this one, has the database open.
        case locked
        /// Bytes on disk are not what was written.
        case corruption
        /// The call does not fit the database: unknown family, wrong order, wrong key width.
        case invalidArgument
        /// An iterator was asked of a family that answers exact keys only.
        case exactKeyOnly
        /// An option in force is not the one asked for.
        case optionMismatch
        /// A resource is taken for the moment.
        case busy
        /// The operation stopped before its end.
        case incomplete
        /// Anything else.
        case other
    }

    package let kind: Kind
    /// RocksDB's own words, or the wrapper's. For logs: may contain paths.
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    package var description: String { message }
}
