package import Basics
package import Domain
import RocksDB

/// Reads of rules and channels, and of the log in portions.
extension ReadView {
    package func plugin(_ name: Identifier) throws(StorageError) -> Plugin? {
        try value(.catalog, .catalog(.plugin, name), at: "plugin \(name)") {
            (bytes) throws(DecodingError) in try PluginCodec.decode(bytes)
        }
    }

    /// A version with its source.
    package func pluginVersion(_ digest: Digest128) throws(StorageError) -> PluginVersion? {
        try value(.catalog, .pluginVersion(digest), at: "plugin version \(digest.text)") {
            (bytes) throws(DecodingError) in try PluginVersionCodec.decode(bytes)
        }
    }

    package func pluginState(_ name: Identifier) throws(StorageError) -> PluginState? {
        try value(.catalog, .catalog(.pluginState, name), at: "state of plugin \(name)") {
            (bytes) throws(DecodingError) in try PluginStateCodec.decode(bytes)
        }
    }

    package func hookCursor(_ owner: Identifier) throws(StorageError) -> HookCursor? {
        try value(.catalog, .catalog(.cursor, owner), at: "cursor of \(owner)") {
            (bytes) throws(DecodingError) in try HookCursorCodec.decode(bytes)
        }
    }

    package func channel(_ id: Identifier) throws(StorageError) -> Channel? {
        try value(.catalog, .catalog(.channel, id), at: "channel \(id)") {
            (bytes) throws(DecodingError) in try ChannelCodec.decode(bytes)
        }
    }

    /// All plugins by name, removed ones too.
    package func plugins() throws(StorageError) -> [Plugin] {
        try catalog(.plugin) { (bytes) throws(DecodingError) in try PluginCodec.decode(bytes) }
    }

    /// All channels by name, removed ones too.
    package func channels() throws(StorageError) -> [Channel] {
        try catalog(.channel) { (bytes) throws(DecodingError) in try ChannelCodec.decode(bytes) }
    }

    package func user(_ name: Identifier) throws(StorageError) -> User? {
        try value(.catalog, .catalog(.user, name), at: "user \(name)") {
            (bytes) throws(DecodingError) in try UserCodec.decode(bytes)
        }
    }

    package func grant(_ id: Identifier) throws(StorageError) -> Grant? {
        try value(.catalog, .catalog(.grant, id), at: "token \(id)") {
            (bytes) throws(DecodingError) in try GrantCodec.decode(bytes)
        }
    }

    /// All users by name, disabled ones too.
    package func users() throws(StorageError) -> [User] {
        try catalog(.user) { (bytes) throws(DecodingError) in try UserCodec.decode(bytes) }
    }

    /// All grants, oldest first; ended ones too, while they are kept.
    package func grants() throws(StorageError) -> [Grant] {
        try catalog(.grant) { (bytes) throws(DecodingError) in try GrantCodec.decode(bytes) }
    }

    /// The versions of a plugin, oldest first, without their sources.
    ///
    /// - Complexity: reads the versions of all plugins, sources and all.
    package func pluginVersions(of plugin: Identifier) throws(StorageError) -> [PluginVersion] {
        let all = try catalog(.pluginVersion) { (bytes) throws(DecodingError) in
            var version = try PluginVersionCodec.decode(bytes)
            version.source = ""
            return version
        }
        return all.filter { $0.plugin == plugin }.sorted { $0.seq < $1.seq }
    }

    private func catalog<Record>(
        _ kind: StoreKey.CatalogKind, _ decode: (Span<UInt8>) throws(DecodingError) -> Record
    ) throws(StorageError) -> [Record] {
        var found: [Record] = []
        var iterator = try iterator(
            .catalog, lower: [kind.rawValue], upper: [kind.rawValue + 1])
        do throws(RocksDBError) { try iterator.seekToFirst() } catch { throw StorageError(error) }
        while iterator.isValid {
            do throws(DecodingError) { found.append(try decode(iterator.value)) } catch {
                throw StorageError(error, at: "a \(kind) of the catalog")
            }
            do throws(RocksDBError) { try iterator.next() } catch { throw StorageError(error) }
        }
        return found
    }

    /// The events behind `seq` that the view holds, internal ones left out; at most `limit` are
    /// looked at.
    ///
    /// - Returns: the events, and the seq up to which the log has been read; `seq` itself where
    ///   there was nothing.
    package func events(
        after seq: UInt64, limit: Int
    ) throws(StorageError) -> (events: [Event], reached: UInt64) {
        if seq >= head.seq || limit < 1 { return ([], seq) }
        var events: [Event] = []
        var reached = seq
        let last = seq + min(head.seq - seq, UInt64(limit))
        try forEachEvent(in: seq + 1...last) { (event) throws(StorageError) in
            reached = event.seq
            if !event.type.isInternal { events.append(event) }
        }
        return (events, reached)
    }
}
