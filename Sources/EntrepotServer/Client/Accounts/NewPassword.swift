import Basics
import System

/// A password that somebody chooses: from a file, the terminal or standard input, never from the
/// command line, which others can read.
enum NewPassword {
    static func read(
        _ invocation: Invocation, of name: String
    ) throws(ClientError) -> Redacted {
        if let path = invocation.value("new-password-file") {
            return try ServerOptions.firstLine(path)
        }
        guard Terminal.isTerminal(0) else {
            guard let line = Terminal.readLine(), !line.isEmpty else {
                throw ClientError(
                    "no password: give --new-password-file, or one line of standard input")
            }
            return Redacted(line)
        }
        let first = try ask("New password of \(name): ")
        if first != (try ask("Once more: ")) { throw ClientError("the two are not the same") }
        return first
    }

    private static func ask(_ prompt: String) throws(ClientError) -> Redacted {
        let line: String?
        do throws(SystemError) { line = try Terminal.readSecret(prompt: prompt) } catch {
            throw ClientError("\(error)")
        }
        guard let line, !line.isEmpty else { throw ClientError("no password was typed") }
        return Redacted(line)
    }
}
