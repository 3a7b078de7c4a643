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
    // Boxed: few refusals have figures, and every reply is as large as its largest case.
    private var figures: Figures?

    /// The figures of a refusal that is about stock.
    private final class Figures: Sendable, Equatable {
        let station: Identifier?
        let item: Identifier?
        let asked: Int64?
        let available: Int64?

        init(_ station: Identifier?, _ item: Identifier?, _ asked: Int64?, _ available: Int64?) {
            self.station = station
            self.item = item
            self.asked = asked
            self.available = available
        }

        static func == (left: Figures, right: Figures) -> Bool {
            left.station == right.station && left.item == right.item && left.asked == right.asked
                && left.available == right.available
        }
    }

    /// Whether goods or room are short: what an ended reservation may give back.
    var isShortage: Bool { code == .outOfStock || code == .noCapacity }

    package var station: Identifier? {
        get { figures?.station }
        set { figures = Figures(newValue, item, asked, available) }
    }

    package var item: Identifier? {
        get { figures?.item }
        set { figures = Figures(station, newValue, asked, available) }
    }

    package var asked: Int64? {
        get { figures?.asked }
        set { figures = Figures(station, item, newValue, available) }
    }

    package var available: Int64? {
        get { figures?.available }
        set { figures = Figures(station, item, asked, newValue) }
    }

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
