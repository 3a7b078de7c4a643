import Basics
import Glibc

/// A program that a test starts: its standard output and error go to files.
///
/// Threading: one thread. The process ends with the object at the latest.
final class Program {
    let processID: pid_t
    let outputPath: String
    let errorPath: String
    private(set) var status: Int32?

    /// - Parameters:
    ///   - words: the program's path, or a name to look for, and its arguments.
    ///   - folder: where the output files are made.
    ///   - input: the path of its standard input.
    init(
        _ words: [String], in folder: String, environment: [String: String] = [:],
        input: String = "/dev/null"
    ) throws {
        let name = "program-\(UInt32.random(in: 0 ... .max))"
        outputPath = "\(folder)/\(name).out"
        errorPath = "\(folder)/\(name).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errorPath, flags, 0o600)
        // What the run was told is not what the server is told.
        var variables = Self.environment.filter { !$0.key.hasPrefix("ENTREPOT_") }
        for (key, value) in environment { variables[key] = value }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        var pairs: [UnsafeMutablePointer<CChar>?] = variables.map {
            strdup("\($0.key)=\($0.value)")
        }
        arguments.append(nil)
        pairs.append(nil)
        defer { for text in arguments + pairs { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawnp(&child, words[0], &actions, nil, &arguments, &pairs)
        if failure != 0 { throw Trouble("\(words[0]) cannot be started: \(failure)") }
        processID = child
    }

    deinit { kill() }

    /// Runs a program to its end.
    ///
    /// - Returns: the exit status, what it said, and what it complained of.
    static func run(
        _ words: [String], in folder: String, environment: [String: String] = [:],
        input: String = "/dev/null", seconds: Int = 30
    ) throws -> (status: Int32, output: String, error: String) {
        let program = try Program(words, in: folder, environment: environment, input: input)
        let status = try program.wait(seconds: seconds)
        return (status, program.output, program.errorText)
    }

    /// Whether a program of that name is on the path.
    static func isThere(_ name: String) -> Bool {
        let path = environment["PATH"] ?? "/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    var output: String { Folder.text(of: outputPath) }
    var errorText: String { Folder.text(of: errorPath) }

    /// The exit status, or 128 + the signal's number; waits for the end.
    @discardableResult func wait(seconds: Int = 30) throws -> Int32 {
        for _ in 0..<(seconds * 200) {
            if let status = poll() { return status }
            usleep(5_000)
        }
        kill()
        throw Trouble("a program did not end within \(seconds) s")
    }

    /// The exit status where the program has ended.
    func poll() -> Int32? {
        if let status { return status }
        var raw: Int32 = 0
        guard waitpid(processID, &raw, WNOHANG) == processID else { return nil }
        status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        return status
    }

    func signal(_ number: Int32) {
        if poll() == nil { _ = Glibc.kill(processID, number) }
    }

    func kill() {
        if poll() != nil { return }
        _ = Glibc.kill(processID, SIGKILL)
        var raw: Int32 = 0
        if waitpid(processID, &raw, 0) == processID { status = 128 + SIGKILL }
    }

    /// The variables of this process.
    static let environment: [String: String] = {
        var found: [String: String] = [:]
        let content = Folder.text(of: "/proc/self/environ")
        for pair in content.split(separator: "\0") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
        }
        return found
    }()
}

/// What a test cannot go on with.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
