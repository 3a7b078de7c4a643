package import Basics
package import RocksDB
package import System

/// What can go wrong with the store. Every case but `notFound`-like absence is an error of the
/// machine or of the files, never of a user's request.
package enum StorageError: Error, Sendable {
    /// RocksDB or the file system refused.
    case database(kind: RocksDBError.Kind, message: String)
    /// A stored value breaks its format.
    case damaged(where: String, detail: String)
    /// The data directory is newer than this program.
    case newerFormat(found: Int, known: Int)
    /// Another process holds the data directory.
    case locked(path: String)
    /// The store cannot prove that it is complete.
    case incomplete(String)
    /// The program contradicts itself; nothing more may be written.
    case invariant(String)

    package init(_ error: RocksDBError) {
        self = .database(kind: error.kind, message: error.message)
    }

    package init(_ error: SystemError) {
        self = .database(kind: error.isNoSpace ? .noSpace : .io, message: error.description)
    }

    package init(_ error: DecodingError, at place: String) {
        switch error {
        case .truncated: self = .damaged(where: place, detail: "the value ends too early")
        case .badVarint: self = .damaged(where: place, detail: "a number has too many bytes")
        case .malformed(let detail): self = .damaged(where: place, detail: detail)
        case .newerSchema(let schema):
            self = .damaged(where: place, detail: "schema \(schema) is newer than this program")
        }
    }

    /// One sentence for a person.
    package var message: String {
        switch self {
        case .database(_, let message): "the database failed: \(message)"
        case .damaged(let place, let detail): "\(place) is damaged: \(detail)"
        case .newerFormat(let found, let known):
            "the data has format \(found), this program knows up to \(known): use a newer entrepot"
        case .locked(let path): "another process uses \(path)"
        case .incomplete(let detail): detail
        case .invariant(let detail): "internal contradiction: \(detail)"
        }
    }
}
