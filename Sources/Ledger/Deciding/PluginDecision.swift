import Basics
import Domain

/// What may become of a plugin, and the events that say so.
enum PluginDecision {
    /// Adds a version, or takes up one that is there.
    ///
    /// A new name starts off. A new version from the watched folder takes a live one's place; any
    /// other becomes the candidate.
    static func load(
        _ source: PluginSource, _ metadata: PluginMetadata, isFromFile: Bool,
        _ transaction: Transaction
    ) throws(CommandError) -> Plugin {
        let station = try check(source, metadata, transaction)
        let tag = VersionTag(digest: source.digest, declared: metadata.declared)
        let before = transaction.state.plugins[source.name]
        var plugin =
            before
            ?? Plugin(name: source.name, created: transaction.now, seq: transaction.nextSeq)
        if let before {
            try PluginScope.require(before, transaction)
            if before.isRemoved { plugin.isRemoved = false }
        }
        if before?.isRemoved ?? true,
            transaction.state.plugins.values.count(where: { !$0.isRemoved }) >= Plugin.limit
        {
            throw CommandError(.limit, "there are at most \(Plugin.limit) plugins")
        }
        take(tag, into: &plugin, isFromFile: isFromFile)
        if plugin == before { return plugin }
        var version: PluginVersion?
        if transaction.state.version(source.name, source.digest) == nil {
            var new = PluginVersion(
                plugin: source.name, tag: tag, source: source.text,
                author: transaction.caller.name, time: transaction.now, station: station,
                onError: metadata.onError, seq: transaction.nextSeq)
            new.priority = metadata.priority
            new.hooks = metadata.hooks
            new.description = metadata.description
            new.isFromFile = isFromFile
            version = new
        }
        emit(
            .pluginLoaded, before: before, &plugin, version: version,
            details: PluginDetails(version: tag), transaction)
        return plugin
    }

    private static func take(_ tag: VersionTag, into plugin: inout Plugin, isFromFile: Bool) {
        if isFromFile { plugin.file = tag.digest }
        if plugin.live == tag { return }
        if isFromFile, let live = plugin.live {
            plugin.previous = live
            plugin.live = tag
            if plugin.candidate == tag { endTrial(&plugin) }
        } else if plugin.candidate != tag {
            plugin.candidate = tag
            plugin.trial = .off
        }
    }

    private static func endTrial(_ plugin: inout Plugin) {
        plugin.candidate = nil
        plugin.trial = .off
    }

    /// - Returns: the station whose trades the version sees.
    private static func check(
        _ source: PluginSource, _ metadata: PluginMetadata, _ transaction: Transaction
    ) throws(CommandError) -> StationNumber? {
        let name = source.name
        if metadata.name != name {
            throw CommandError(
                .conflict, "the source calls itself \(metadata.name), not \(name)")
        }
        if name.isReserved || name == HookCursor.routes {
            throw CommandError(
                .syntax, "plugin \(name) is a word of the command language: choose another")
        }
        let isPlain = metadata.declared.utf8.allSatisfy {
            $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "@")
        }
        if !isPlain || metadata.declared.isEmpty || metadata.declared.utf8.count > 32 {
            throw CommandError(
                .range, "the version of \(name) is 1-32 printable characters without blanks or '@'")
        }
        var station: StationNumber?
        if let id = metadata.station {
            guard let number = transaction.names.stations.number(of: id) else {
                throw .notFound("station", id.text)
            }
            station = StationNumber(number)
        }
        try PluginScope.require(station, transaction)
        return station
    }

    /// Chooses what a plugin does.
    static func setMode(
        _ name: Identifier, _ mode: PluginMode, _ transaction: Transaction
    ) throws(CommandError) -> Plugin {
        let before = try present(name, transaction)
        var plugin = before
        switch mode {
        case .live:
            if let candidate = plugin.candidate {
                plugin.previous = plugin.live ?? plugin.previous
                if plugin.previous == candidate { plugin.previous = nil }
                plugin.live = candidate
                endTrial(&plugin)
            }
        case .shadow, .canary:
            if plugin.candidate == nil {
                plugin.candidate = plugin.live
                plugin.live = nil
            }
            if case .canary(let percent) = mode {
                plugin.trial = .canary(percent: percent)
            } else {
                plugin.trial = .shadow
            }
        case .off:
            if plugin.candidate != nil, let live = plugin.live { plugin.previous = live }
            plugin.candidate = plugin.candidate ?? plugin.live
            plugin.live = nil
            plugin.trial = .off
        }
        if plugin == before { return before }
        let version = mode == .live ? plugin.live : plugin.candidate
        emit(
            .pluginMode, before: before, &plugin, details: PluginDetails(version: version),
            transaction)
        return plugin
    }

    /// live ↔ previous.
    static func rollBack(
        _ name: Identifier, _ transaction: Transaction
    ) throws(CommandError) -> Plugin {
        let before = try present(name, transaction)
        guard let previous = before.previous else {
            throw CommandError(.badState, "plugin \(name) has no version to go back to")
        }
        var plugin = before
        plugin.previous = before.live
        plugin.live = previous
        if plugin.candidate == previous { endTrial(&plugin) }
        var details = PluginDetails(version: previous)
        details.action = "rolled back"
        emit(.pluginMode, before: before, &plugin, details: details, transaction)
        return plugin
    }

    /// Ends a plugin; its versions stay readable.
    static func remove(
        _ name: Identifier, _ transaction: Transaction
    ) throws(CommandError) -> Plugin {
        let before = try present(name, transaction)
        var plugin = before
        plugin.live = nil
        plugin.previous = nil
        endTrial(&plugin)
        plugin.isRemoved = true
        emit(
            .pluginRemoved, before: before, &plugin,
            details: PluginDetails(version: before.live ?? before.candidate), transaction)
        return plugin
    }

    /// Writes what a failure has led to; nothing where the version does not serve any more.
    static func act(_ action: RuleAction, _ transaction: Transaction) {
        guard let before = transaction.state.plugins[action.plugin], !before.isRemoved else {
            return
        }
        let (live, candidate) = (before.live, before.candidate)
        let isLive = live?.digest == action.version
        if !isLive && candidate?.digest != action.version { return }
        var plugin = before
        var details = PluginDetails(version: isLive ? live : candidate)
        details.hook = action.hook
        details.trade = action.trade
        details.error = String(action.error.prefix(1_024))
        if action.kind == .fallback {
            if !isLive {
                plugin.trial = .off
                details.action = "trial ended"
            } else if let previous = before.previous {
                plugin.live = previous
                plugin.previous = nil
                if candidate == previous { endTrial(&plugin) }
                details.action = "rolled back to \(previous.label)"
            } else {
                plugin.live = nil
                plugin.candidate = candidate ?? live
                details.action = "off"
            }
        }
        let isDisabled = isLive && plugin.live == nil
        emit(
            isDisabled ? .pluginDisabled : .pluginFailed, before: before, &plugin,
            details: details, transaction)
    }

    private static func present(
        _ name: Identifier, _ transaction: Transaction
    ) throws(CommandError) -> Plugin {
        guard let plugin = transaction.state.plugins[name], !plugin.isRemoved else {
            throw .notFound("plugin", name.text)
        }
        try PluginScope.require(plugin, transaction)
        return plugin
    }

    private static func emit(
        _ type: EventType, before: Plugin?, _ plugin: inout Plugin,
        version: PluginVersion? = nil, details: PluginDetails, _ transaction: Transaction
    ) {
        plugin.seq = transaction.nextSeq
        plugin.updated = transaction.now
        if let tag = plugin.live ?? plugin.candidate {
            plugin.station =
                version?.tag == tag
                ? version?.station : transaction.state.version(plugin.name, tag.digest)?.station
        }
        transaction.emit(
            type,
            .plugin(
                PluginChange(
                    before: before, plugin: plugin, version: version, details: details)))
    }
}

/// Who may manage which plugins: an operator those of its own stations, an administrator all.
enum PluginScope {
    /// - Parameter station: nil for `*`.
    /// - Throws: `NOPERM`.
    static func require(
        _ station: StationNumber?, _ transaction: Transaction
    ) throws(CommandError) {
        let caller = transaction.caller
        if caller.role >= .admin && caller.stations == nil { return }
        if let station, caller.mayActFor(transaction.names.station(station)) { return }
        let owner = station.map { transaction.names.station($0).text } ?? "all stations"
        throw CommandError(.noPerm, "\(caller.name) may not manage rules of \(owner)")
    }

    /// The stations of all versions that could serve are the caller's.
    static func require(
        _ plugin: Plugin, _ transaction: Transaction
    ) throws(CommandError) {
        try require(plugin.station, transaction)
        for tag in [plugin.live, plugin.candidate, plugin.previous] {
            guard let tag, let version = transaction.state.version(plugin.name, tag.digest) else {
                continue
            }
            try require(version.station, transaction)
        }
    }
}
