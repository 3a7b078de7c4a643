package import Basics
package import Domain
package import Ledger
import Storage

/// The way of the watched folder to the ledger, from any thread.
package protocol FolderLedger: Sendable {
    /// The bytes that each plugin's file had when it was taken up last, as their digest.
    func files() -> [Identifier: Digest128]
    /// Takes up a source that has passed its check, unless the same bytes were taken up before.
    ///
    /// - Parameter complete: called once, on any thread, with what the plugin is then.
    func load(
        _ source: PluginSource, _ metadata: PluginMetadata,
        complete: @escaping @Sendable (Result<FolderOutcome, CommandError>) -> Void)
}

/// What became of a source.
package enum FolderOutcome: Equatable, Sendable {
    case loaded(Plugin)
    /// These bytes were read before: whatever was done with them since stays.
    case known
}

/// The ledger's inbox as such a way.
package struct InboxFolderLedger: FolderLedger {
    private let inbox: LedgerInbox

    package init(_ inbox: LedgerInbox) { self.inbox = inbox }

    package func files() -> [Identifier: Digest128] {
        // Where the store cannot be read, the files are examined once more: no harm.
        let plugins = (try? inbox.durableView.plugins()) ?? []
        var files: [Identifier: Digest128] = [:]
        for plugin in plugins { files[plugin.name] = plugin.file }
        return files
    }

    package func load(
        _ source: PluginSource, _ metadata: PluginMetadata,
        complete: @escaping @Sendable (Result<FolderOutcome, CommandError>) -> Void
    ) {
        inbox.submit { ledger in
            if ledger.state.plugins[source.name]?.file == source.digest {
                complete(.success(.known))
                return
            }
            do throws(CommandError) {
                complete(.success(.loaded(try ledger.loadPlugin(source, metadata))))
            } catch { complete(.failure(error)) }
        }
    }
}
