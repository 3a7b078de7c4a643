/// One thing that is wrong, or doubtful, in a plugin's file.
package struct PluginProblem: Error, Equatable, Sendable {
    /// Counted from 1; nil where it is not known.
    package let line: Int?
    /// One sentence without its full stop.
    package let message: String

    package init(line: Int? = nil, message: String) {
        self.line = line
        self.message = message
    }

    /// `file:12: message`.
    package func text(file: String) -> String {
        line.map { "\(file):\($0): \(message)" } ?? "\(file): \(message)"
    }
}
