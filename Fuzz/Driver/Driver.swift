import CFuzz
import FuzzTargets
import Glibc

/// Hands libFuzzer's inputs to the target that ENTREPOT_FUZZ_TARGET names (its arguments are
/// libFuzzer's own, which hands them to processes of its own), or prints the rule that a generated
/// input stands for: `entrepot-fuzz show FILE`.
@main struct Driver {
    /// The target of this process; set before the first input.
    nonisolated(unsafe) private static var target = FuzzTarget.all[0]

    static func main() {
        let words = CommandLine.arguments
        if words.count > 2 && words[1] == "show" { return show(words[2]) }
        let word = getenv("ENTREPOT_FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let named = FuzzTarget.named(word) else {
            complain(
                "ENTREPOT_FUZZ_TARGET is one of \(FuzzTarget.all.map(\.name).joined(separator: ", "))"
            )
            exit(2)
        }
        target = named
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map {
            strdup($0)
        }
        var count = Int32(arguments.count)
        arguments.append(nil)
        let status = arguments.withUnsafeMutableBufferPointer { list in
            var start = list.baseAddress
            return LLVMFuzzerRunDriver(&count, &start) { data, size in
                let bytes = Array(UnsafeBufferPointer(start: data, count: size))
                if let finding = Driver.target.finding(bytes) {
                    Driver.complain("FINDING: \(finding)")
                    abort()
                }
                return 0
            }
        }
        exit(status)
    }

    private static func complain(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    private static func show(_ path: String) {
        guard let file = fopen(path, "r") else { return complain("\(path) cannot be read") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        complain(FuzzTarget.text(of: Array(bytes[..<count])))
    }
}
