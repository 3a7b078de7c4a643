import Basics
import Domain

/// The write commands of `PLUGIN`.
enum PluginCommands {
    /// `PLUGIN LOAD name source`: the source was checked before, on another thread.
    static func load(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try Lookup.newIdentifier(words, &cursor, "plugin")
        let text = try cursor.text(
            words, "source", maximumBytes: PluginVersion.maximumSourceBytes)
        try cursor.finish(words)
        guard let rules = transaction.rules else { throw .noRules }
        let source = try PluginSource(name: name, text: text)
        guard let metadata = rules.checked(source.digest) else {
            throw CommandError(.err, "the source of \(name) was not checked")
        }
        let plugin = try PluginDecision.load(source, metadata, isFromFile: false, transaction)
        show(plugin, transaction, reply)
    }

    /// `PLUGIN MODE name live|shadow|off|canary n`
    static func mode(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        let word = try cursor.choice(
            words, "mode", [.live, .shadow, .off, .canary(percent: 1)], \PluginMode.name)
        var mode = word
        if case .canary = word {
            mode = .canary(percent: Int(try cursor.integer(words, "percent", in: 1...99)))
        }
        try cursor.finish(words)
        show(try PluginDecision.setMode(name, mode, transaction), transaction, reply)
    }

    /// `PLUGIN ROLLBACK name`
    static func rollBack(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        try cursor.finish(words)
        show(try PluginDecision.rollBack(name, transaction), transaction, reply)
    }

    /// `PLUGIN REMOVE name`
    static func remove(
        _ words: borrowing ArgumentVector, _ transaction: Transaction, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        try cursor.finish(words)
        show(try PluginDecision.remove(name, transaction), transaction, reply)
    }

    private static func show(_ plugin: Plugin, _ transaction: Transaction, _ reply: Reply) {
        reply.value = .record
        append(plugin, transaction, replayed: false, to: &reply.body)
    }

    static func append(
        _ plugin: Plugin, _ transaction: Transaction, replayed: Bool, to body: inout ByteBuffer
    ) {
        let tag = plugin.live ?? plugin.candidate
        let version = tag.flatMap { transaction.state.version(plugin.name, $0.digest) }
        body.appendJSON(plugin, version: version, names: transaction.names, replayed: replayed)
    }
}
