import Glibc
import System

/// Standard output and standard error, unbuffered.
package struct SystemConsole: Console {
    package init() {}

    package func write(_ text: String) { put(text, STDOUT_FILENO) }
    package func complain(_ text: String) { put(text, STDERR_FILENO) }
    package var showsProgress: Bool { Terminal.isTerminal(STDERR_FILENO) }

    private func put(_ text: String, _ file: Int32) {
        var bytes = Array(text.utf8)
        while !bytes.isEmpty {
            let count = Glibc.write(file, bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            // A reader that went away (`| head`) is no error worth a word.
            if count <= 0 { return }
            bytes.removeFirst(count)
        }
    }

    /// The environment of the process.
    package static var environment: [String: String] {
        var variables: [String: String] = [:]
        var index = 0
        while let entry = environ[index] {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            index += 1
        }
        return variables
    }
}
