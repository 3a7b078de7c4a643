import RESP
import System

/// Why a command that talks to a server cannot go on.
package struct ClientError: Error, Equatable, CustomStringConvertible {
    /// A sentence for whoever typed the command.
    package let message: String
    /// The command itself was wrong: nothing was tried.
    package let isUsage: Bool

    package init(_ message: String, isUsage: Bool = false) {
        self.message = message
        self.isUsage = isUsage
    }

    init(_ error: SystemError) { self.init("\(error)") }

    /// A command that is typed wrongly: exit code 2.
    package static func usage(_ message: String) -> ClientError {
        ClientError(message, isUsage: true)
    }

    /// How a command ends with this error.
    package var exitCode: ExitCode { isUsage ? .usage : .failed }

    package var description: String { message }

    /// A file that is not what its name says, or cannot be read.
    static func file(_ path: String, _ what: String) -> ClientError {
        ClientError("\(path): \(what)")
    }

    /// A refusal after which no further request would fare better.
    static func refused(_ text: String) -> ClientError {
        ClientError("the server refuses: \(text)")
    }
}

/// The code in front of the sentence of an error reply.
enum RefusalText {
    /// `NOTFOUND` of `NOTFOUND station x does not exist`.
    static func code(_ text: String) -> Substring { text.prefix { $0 != " " } }

    /// Refusals that concern the server's state and not the request: the work stops at once, and
    /// running the command again later goes on where it stopped.
    static func endsTheWork(_ text: String) -> Bool {
        switch code(text) {
        case "BUSY", "LOADING", "NOSPACE", "READONLY", "STALE", "NOAUTH", "WRONGPASS": true
        default: false
        }
    }
}
