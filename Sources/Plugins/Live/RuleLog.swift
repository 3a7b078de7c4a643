package import Domain
import Ledger
import Synchronization

/// What plugins said through `entrepot.log`, and their errors: the last lines of each; and the
/// files that were refused.
///
/// In memory only. Any thread; one short lock a line.
package final class RuleLog: RefusedFiles, Sendable {
    /// Lines kept of each plugin.
    package static let lines = 256
    /// Bytes kept of one line.
    package static let lineBytes = 1_024

    package enum Level: String, Sendable, CaseIterable {
        case debug
        case info
        case warning
        case error
    }

    package struct Line: Sendable, Equatable {
        package let time: Timestamp
        package let level: Level
        /// `1.2.0@3fa9c1d2`.
        package let version: String
        package let hook: String
        package let text: String

        package init(
            time: Timestamp, level: Level, version: String, hook: String, text: String
        ) {
            self.time = time
            self.level = level
            self.version = version
            self.hook = hook
            self.text = RuleLog.cut(text)
        }
    }

    /// The last lines, and where the next one goes once they are as many as are kept.
    private struct Ring {
        var lines: [Line] = []
        var next = 0
    }

    private let rings = Mutex<[Identifier: Ring]>([:])

    private let refused = Mutex<[Identifier: RefusedFile]>([:])

    package init() {}

    /// Keeps that a file was refused; nil: its present bytes are good.
    package func keep(_ file: RefusedFile?, of plugin: Identifier) {
        refused.withLock { $0[plugin] = file }
    }

    /// Forgets the refusals of files that are gone.
    package func keepRefusals(of files: [String]) {
        refused.withLock { $0 = $0.filter { files.contains($0.value.file) } }
    }

    /// Forgets the refusal of a file that is gone.
    package func forgetRefusals(of file: String) {
        refused.withLock { $0 = $0.filter { $0.value.file != file } }
    }

    package func refusedFile(of plugin: Identifier) -> RefusedFile? {
        refused.withLock { $0[plugin] }
    }

    /// Adds a line; the oldest one of the plugin goes where there are too many.
    package func add(_ line: Line, plugin: Identifier) {
        rings.withLock { rings in
            if rings[plugin, default: Ring()].lines.count < Self.lines {
                rings[plugin, default: Ring()].lines.append(line)
            } else {
                let place = rings[plugin]?.next ?? 0
                rings[plugin]?.lines[place] = line
                rings[plugin]?.next = (place + 1) % Self.lines
            }
        }
    }

    /// A plugin's lines, oldest first.
    package func lines(of plugin: Identifier) -> [Line] {
        guard let ring = rings.withLock({ $0[plugin] }) else { return [] }
        return Array(ring.lines[ring.next...] + ring.lines[..<ring.next])
    }

    /// Forgets a plugin's lines.
    package func clear(_ plugin: Identifier) { rings.withLock { $0[plugin] = nil } }

    private static func cut(_ text: String) -> String {
        if text.utf8.count <= lineBytes { return text }
        var kept = text.utf8.index(text.startIndex, offsetBy: lineBytes)
        while kept > text.startIndex, String.Index(kept, within: text) == nil {
            kept = text.utf8.index(before: kept)
        }
        return text[..<kept] + "…"
    }
}
