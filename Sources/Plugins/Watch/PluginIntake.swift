import Basics
import Domain
import Ledger

/// What became of the files of the watched folder, and what is to be done with one that was
/// touched. Without the thread and without the ledger.
///
/// One thread.
final class PluginIntake {
    /// What is to be done with a file.
    enum Verdict {
        /// Nothing: the same bytes were looked at before, or there is none.
        case nothing
        /// The reasons why it is not taken, each with its place; the plugin where one is known.
        case refused([String], plugin: Identifier?)
        /// It has passed its check.
        case passed(PluginSource, PluginMetadata, warnings: [String])
    }

    private struct Known {
        /// Of the bytes that were looked at last.
        var hash: UInt64
        /// What the file says it is.
        var plugin: Identifier?
    }

    private let folder: String
    private let check: (_ source: String, _ file: String) -> PluginCheck
    private var files: [String: Known] = [:]
    /// What was taken up before the server started.
    private let stored: [Identifier: Digest128]

    /// - Parameters:
    ///   - stored: the bytes of files that were taken up before, by plugin.
    ///   - check: examines a source.
    init(
        folder: String, stored: [Identifier: Digest128] = [:],
        check: @escaping (_ source: String, _ file: String) -> PluginCheck
    ) {
        self.folder = folder
        self.stored = stored
        self.check = check
    }

    /// Looks at a file. Cost: that of its check, where its bytes are new.
    func look(_ name: String) -> Verdict {
        let text: String
        do throws(PluginFile.Refusal) { text = try PluginFile.read("\(folder)/\(name)") } catch {
            // Told once, until something else is there.
            let hash = FastHash.hash64(error.reason.utf8.span, seed: 1)
            let known = files[name]
            if error.isAbsent {
                files[name] = nil
                return .nothing
            }
            files[name] = Known(hash: hash, plugin: known?.plugin)
            if known?.hash == hash { return .nothing }
            return .refused(["\(name) \(error.reason)"], plugin: known?.plugin)
        }
        let hash = FastHash.hash64(text.utf8.span, seed: 0)
        if files[name]?.hash == hash { return .nothing }
        if files[name] == nil, let plugin = storedPlugin(of: text) {
            files[name] = Known(hash: hash, plugin: plugin)
            return .nothing
        }
        let check = check(text, name)
        let plugin = check.definition?.name ?? files[name]?.plugin
        files[name] = Known(hash: hash, plugin: plugin)
        guard let metadata = check.metadata else { return .refused(check.failures, plugin: plugin) }
        if let other = owner(of: metadata.name, besides: name) {
            return .refused(
                ["\(name): plugin \(metadata.name) is in \(other) already"], plugin: metadata.name)
        }
        do throws(CommandError) {
            return .passed(
                try PluginSource(name: metadata.name, text: text), metadata,
                warnings: check.warnings.map { $0.text(file: name) })
        } catch { return .refused(["\(name): \(error.message)"], plugin: metadata.name) }
    }

    /// The plugin whose file had exactly these bytes when it was taken up.
    private func storedPlugin(of text: String) -> Identifier? {
        stored.first { RuleMachine.digest(name: $0.key, source: text) == $0.value }?.key
    }

    /// Forgets the bytes of a file, so that the next look takes them up again.
    func forget(_ name: String) { files[name]?.hash = 0 }

    /// Whether the file was there when it was looked at last.
    func knows(_ name: String) -> Bool { files[name] != nil }

    /// Forgets files that are gone.
    func keep(_ names: [String]) {
        let present = Set(names)
        files = files.filter { present.contains($0.key) }
    }

    /// Another file that is this plugin, as it was looked at last, and is still there.
    private func owner(of plugin: Identifier, besides name: String) -> String? {
        for (other, known) in files.sorted(by: { $0.key < $1.key })
        where other != name && known.plugin == plugin {
            do throws(PluginFile.Refusal) {
                _ = try PluginFile.read("\(folder)/\(other)")
                return other
            } catch { if error.isAbsent { files[other] = nil } }
        }
        return nil
    }
}
