import CSystem
import Glibc

/// Whether people are watching, and how wide their window is.
package enum Terminal {
    /// Whether `descriptor` (0 input, 1 output, 2 errors) is a terminal.
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// The columns of the terminal behind `descriptor`, or nil without one.
    package static func columns(_ descriptor: Int32) -> Int? {
        let columns = csystem_terminal_columns(descriptor)
        return columns > 0 ? Int(columns) : nil
    }
}
