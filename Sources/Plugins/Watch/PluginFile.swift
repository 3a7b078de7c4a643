import Basics
import Domain
import Glibc
import System

/// A file of the watched folder as it was read.
enum PluginFile {
    /// Why a file is not taken.
    struct Refusal: Error, Equatable {
        let reason: String
        /// Nothing is there any more: no reason to say anything.
        var isAbsent = false
    }

    /// Whether a name is that of a plugin: `*.lua`, not hidden.
    static func isPlugin(_ name: String) -> Bool {
        name.hasSuffix(".lua") && !name.hasPrefix(".") && name.utf8.count > 4
    }

    /// Reads a file: a regular one, no link, at most as long as a source may be, UTF-8.
    static func read(_ path: String) throws(Refusal) -> String {
        let limit = PluginVersion.maximumSourceBytes
        var content = ByteBuffer(capacity: 8 << 10)
        var isRegular = false
        do throws(SystemError) {
            let file = try FileHandle(path: path, mode: .plain)
            isRegular = try file.isRegular()
            // One byte more than allowed tells.
            if isRegular { try file.read(into: &content, at: 0, count: limit + 1) }
        } catch {
            switch error.number {
            case ELOOP: throw Refusal(reason: "is a symbolic link, which is not followed")
            case ENOENT: throw Refusal(reason: "is gone", isAbsent: true)
            default: throw Refusal(reason: "cannot be read: \(error)")
            }
        }
        if !isRegular { throw Refusal(reason: "is no regular file") }
        if content.count > limit { throw Refusal(reason: "is longer than \(limit) bytes") }
        guard let text = content.bytes.validatedText else { throw Refusal(reason: "is not UTF-8") }
        return text
    }
}
