import Basics
import Domain
import Glibc
import Ledger
import Plugins
import Testing

/// Texts of plugins for tests.
enum PluginSources {
    /// A plugin around some entries.
    static func plugin(
        _ entries: String, name: String = "rule", station: String = "*",
        onError: String = "skip", head: String = ""
    ) -> String {
        """
        \(head)
        return { name = "\(name)", version = "1.0", api = 1, station = "\(station)",
          on_error = "\(onError)",
          \(entries) }
        """
    }

    static func machine(
        _ source: String, limits: Limits = Limits()
    ) throws(PluginProblem) -> RuleMachine {
        try RuleMachine(source: source, file: "rule.lua", limits: limits)
    }

    /// The folder of the rules that come with the program.
    static let folder =
        "\(#filePath)".split(separator: "/").dropLast(3).map(String.init)
        .reduce("") { $0 + "/" + $1 } + "/plugins"

    /// The names of its files.
    static var shipped: [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".lua") { names.append(name) }
        }
        return names.sorted()
    }

    static func text(_ file: String) -> String {
        guard let stream = fopen("\(folder)/\(file)", "r") else { return "" }
        defer { fclose(stream) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, stream)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}

enum Sleep {
    static func millisecond() { usleep(1_000) }
}
