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

extension Terminal {
    /// Bytes of a line that is read.
    private static let maximumLine = 4_096

    /// Asks at the terminal for a line that is not shown, whatever standard input is.
    ///
    /// While it is typed the terminal sends no signals: Ctrl-C and Ctrl-D give up, so that nothing
    /// can leave the terminal silent.
    ///
    /// - Returns: the line without its end; nil where it was given up or is no UTF-8.
    /// - Throws: where there is no terminal.
    package static func readSecret(prompt: String) throws(SystemError) -> String? {
        let descriptor = try calling("open /dev/tty") {
            unsafe open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        }
        defer { _ = close(descriptor) }
        var before = termios()
        try calling("tcgetattr") { unsafe tcgetattr(descriptor, &before) }
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO | ISIG | ICANON)
        try calling("tcsetattr") { unsafe tcsetattr(descriptor, TCSAFLUSH, &silent) }
        defer {
            _ = unsafe tcsetattr(descriptor, TCSAFLUSH, &before)
            put("\n", descriptor)
        }
        put(prompt, descriptor)
        var line: [UInt8] = []
        while let byte = nextByte(descriptor) {
            switch byte {
            case 10, 13: return String(validating: line, as: UTF8.self)
            case 3, 4: return nil
            case 8, 127:
                // A whole character goes, not a byte of it.
                while let last = line.popLast(), last & 0xc0 == 0x80 { continue }
            case 21: line.removeAll()
            default: if line.count < maximumLine { line.append(byte) }
            }
        }
        return nil
    }

    /// The first line of standard input without its end; nil where there is none, or no UTF-8.
    package static func readLine() -> String? {
        var line: [UInt8] = []
        var hasAny = false
        while let byte = nextByte(0), byte != 10 {
            hasAny = true
            if line.count < maximumLine { line.append(byte) }
        }
        if line.last == 13 { line.removeLast() }
        return hasAny ? String(validating: line, as: UTF8.self) : nil
    }

    private static func nextByte(_ descriptor: Int32) -> UInt8? {
        var byte: UInt8 = 0
        while true {
            // Invariant: one byte is read into one byte.
            let count = unsafe read(descriptor, &byte, 1)
            if count == 1 { return byte }
            if count < 0 && errno == EINTR { continue }
            return nil
        }
    }

    private static func put(_ text: String, _ descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe write(descriptor, bytes, bytes.count)
    }
}
