import Basics
import JSON

/// `DATA/settings.json`: what `CONFIG SET` changed and `CONFIG REWRITE` kept.
///
/// Grammar: one JSON object of texts, `{"log_level":"debug","page_records":"500"}`, keys
/// sorted, one per line.
enum SettingsFile {
    static let name = "settings.json"

    /// - Throws: one problem that names the file and the line.
    static func parse(
        _ bytes: [UInt8], path: String
    ) throws(ConfigurationError) -> [(key: String, text: String)] {
        let value: JSONValue
        do {
            value = try JSONReader.parse(bytes.span)
        } catch {
            let end = min(max(error.offset, 0), bytes.count)
            let line = bytes[..<end].count { $0 == UInt8(ascii: "\n") } + 1
            throw ConfigurationError(place: "\(path):\(line)", message: error.message)
        }
        guard let members = value.object else {
            throw ConfigurationError(place: path, message: "must be one JSON object")
        }
        var entries: [(key: String, text: String)] = []
        for (key, value) in members {
            guard let text = value.string else {
                throw ConfigurationError(place: path, message: "\"\(key)\" must be a text")
            }
            entries.append((key, text))
        }
        return entries
    }

    static func text(_ entries: [String: String]) -> String {
        var buffer = ByteBuffer()
        buffer.append("{")
        for (index, entry) in entries.sorted(by: { $0.key < $1.key }).enumerated() {
            buffer.append(index == 0 ? "\n  " : ",\n  ")
            buffer.appendJSON(string: entry.key)
            buffer.append(": ")
            buffer.appendJSON(string: entry.value)
        }
        buffer.append("\n}\n")
        return buffer.bytes.validatedText ?? "{}\n"
    }
}
