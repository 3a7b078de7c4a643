package import Basics
package import Domain
import JSON
import Storage

/// The reads of `PLUGIN`. A rule of another station is like one that does not exist; those of all
/// stations may be seen by every operator, their sources by an administrator.
package enum PluginQueries {
    private enum ListOption: String, CaseIterable {
        case limit = "LIMIT"
        case cursor = "CURSOR"
    }

    /// `PLUGIN LIST [LIMIT n] [CURSOR c]`: removed ones are left out.
    package static func list(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        var page = CatalogPage(.plugin, context)
        while let option = try cursor.option(words, of: ListOption.self) {
            switch option {
            case .limit: page.limit = try cursor.limit(words, context.limits)
            case .cursor: try page.resume(words, &cursor)
            }
        }
        let scope = Scope(context)
        try page.write(reply) { (bytes, reply) throws(DecodingError) in
            let plugin = try PluginCodec.decode(bytes)
            if plugin.isRemoved || !isVisible(plugin, scope) { return false }
            do throws(CommandError) { try append(plugin, context, reply) } catch {
                throw .malformed(error.message)
            }
            return true
        }
    }

    /// `PLUGIN INFO name`: null for an unknown one. Who sees all rules also sees the file that was
    /// refused before there was a plugin.
    package static func info(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        try cursor.finish(words)
        let refused = context.refusedFiles?.refusedFile(of: name)
        let plugin = try reading { () throws(StorageError) in try context.view.plugin(name) }
        if let plugin {
            if !isVisible(plugin, Scope(context)) { return }
            try append(plugin, context, reply, refused: refused)
        } else {
            let caller = context.caller
            guard let refused, caller.role >= .admin, caller.stations == nil else { return }
            reply.body.appendJSON(refused, of: name)
        }
        reply.value = .record
    }

    /// `PLUGIN VERSIONS name`: all of them, oldest first, without their sources.
    package static func versions(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        try cursor.finish(words)
        guard let plugin = try find(name, context) else { throw .notFound("plugin", name.text) }
        let versions = try reading { () throws(StorageError) in
            try context.view.pluginVersions(of: name)
        }
        var page = PageWriter(reply, limit: .max, context.limits)
        for version in versions {
            page.beginItem()
            reply.body.appendJSON(version, of: plugin, names: context.view.names)
            if !page.endItem() { break }
        }
        page.finish(next: nil, seq: context.view.head.seq)
    }

    /// `PLUGIN SOURCE name [version]`: the candidate's or live version's where none is named.
    package static func source(
        _ words: borrowing ArgumentVector, _ context: ReadContext, _ reply: Reply
    ) throws(CommandError) {
        var cursor = ArgumentCursor(at: 2)
        let name = try cursor.identifier(words, "plugin")
        var word: String?
        if !cursor.isAtEnd(words) {
            word = try cursor.text(words, "version", maximumBytes: 128)
        }
        try cursor.finish(words)
        guard let plugin = try find(name, context) else { throw .notFound("plugin", name.text) }
        let version = try version(word, of: plugin, context)
        let caller = context.caller
        let isOwn =
            version.station.map { caller.mayActFor(context.view.names.station($0)) } ?? false
        if !isOwn && !(caller.role >= .admin && caller.stations == nil) {
            throw CommandError(
                .noPerm, "\(caller.name) may not read the source of \(plugin.name)")
        }
        reply.value = .text(version.source)
    }

    /// The version that a word of a command means, with its source.
    ///
    /// - Parameter word: a declared version or at least 6 digits of the digest; nil: the candidate,
    ///   else the live version, else the newest.
    /// - Throws: `NOTFOUND`; `CONFLICT` where the word fits several.
    package static func version(
        _ word: String?, of plugin: Plugin, _ context: ReadContext
    ) throws(CommandError) -> PluginVersion {
        let view = context.view
        var found = plugin.current?.digest
        if word != nil || found == nil {
            let versions = try reading { () throws(StorageError) in
                try view.pluginVersions(of: plugin.name)
            }
            let fitting = word.map { word in versions.filter { $0.tag.matches(word) } } ?? versions
            if let word, fitting.count > 1 {
                let labels = fitting.map(\.tag.label).joined(separator: ", ")
                throw CommandError(
                    .conflict, "version \(word) of \(plugin.name) is one of \(labels)")
            }
            found = fitting.last?.tag.digest
        }
        if let digest = found {
            let version = try reading { () throws(StorageError) in try view.pluginVersion(digest) }
            if let version { return version }
        }
        throw .notFound("version", "\(plugin.name) \(word ?? "")")
    }

    private static func find(
        _ name: Identifier, _ context: ReadContext
    ) throws(CommandError) -> Plugin? {
        let found = try reading { () throws(StorageError) in try context.view.plugin(name) }
        return found.flatMap { isVisible($0, Scope(context)) ? $0 : nil }
    }

    private static func isVisible(_ plugin: Plugin, _ scope: Scope) -> Bool {
        plugin.station.map { scope.allows($0) } ?? true
    }

    private static func append(
        _ plugin: Plugin, _ context: ReadContext, _ reply: Reply, refused: RefusedFile? = nil
    ) throws(CommandError) {
        var version: PluginVersion?
        if let tag = plugin.live ?? plugin.candidate {
            version = try reading { () throws(StorageError) in
                try context.view.pluginVersion(tag.digest)
            }
        }
        reply.body.appendJSON(plugin, version: version, names: context.view.names, refused: refused)
    }
}
