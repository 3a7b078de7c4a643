package import Domain
package import Ledger

/// The way of the watched folder to the ledger, from any thread.
package protocol FolderLedger: Sendable {
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
