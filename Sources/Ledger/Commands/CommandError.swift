package import Domain
package import Storage

/// The codes of refusals, the same on every edge.
package enum ErrorCode: String, Sendable, CaseIterable {
    case err = "ERR"
    case noAuth = "NOAUTH"
    case wrongPass = "WRONGPASS"
    case noPerm = "NOPERM"
    case syntax = "SYNTAX"
    case range = "RANGE"
    case notFound = "NOTFOUND"
    case exists = "EXISTS"
    case conflict = "CONFLICT"
    case outOfStock = "OUTOFSTOCK"
    case noCapacity = "NOCAPACITY"
    case noPrice = "NOPRICE"
    case badState = "BADSTATE"
    case closed = "CLOSED"
    case rejected = "REJECTED"
    case ruleError = "RULEERROR"
    case readOnly = "READONLY"
    case stale = "STALE"
    case noSpace = "NOSPACE"
    case limit = "LIMIT"
    case busy = "BUSY"
    case loading = "LOADING"
    case execAbort = "EXECABORT"
    case noGroup = "NOGROUP"
    case busyGroup = "BUSYGROUP"
    case noProto = "NOPROTO"
}

/// Why a command was refused: a code for programs, a sentence for people, and, where stock is the
/// matter, the figures.
package struct CommandError: Error, Sendable, Equatable {
    package let code: ErrorCode
    /// Names the thing and the limit; no line ends.
    package let message: String
    package var station: Identifier?
    package var item: Identifier?
    package var asked: Int64?
    package var available: Int64?

    package init(_ code: ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package init(_ error: ValueError) {
        switch error.code {
        case .syntax: code = .syntax
        case .range: code = .range
        }
        message = error.message
    }

    /// A failing store while answering a read; a failing write ends the process instead.
    package init(_ error: StorageError) {
        code = .err
        message = error.message
    }

    package static func notFound(_ kind: String, _ id: String) -> CommandError {
        CommandError(.notFound, "\(kind) \(id) does not exist")
    }
}
