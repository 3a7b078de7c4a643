import Basics
import Domain
import JSON
package import Ledger
import Storage

/// What the commands about rules say, without their thread.
package struct RuleAnswers: Sendable {
    private let inbox: LedgerInbox
    private let workshop: RuleWorkshop
    private let statistics: RuleStatistics
    private let lines: RuleLog
    private let progress: @Sendable () -> [AfterFigures]

    private static let linesUnlessSaid = RuleLog.lines

    /// - Parameters:
    ///   - inbox: has the durable store.
    ///   - progress: how far the hooks after the commit have come.
    package init(
        inbox: LedgerInbox, workshop: RuleWorkshop, statistics: RuleStatistics, lines: RuleLog,
        progress: @escaping @Sendable () -> [AfterFigures]
    ) {
        self.inbox = inbox
        self.workshop = workshop
        self.statistics = statistics
        self.lines = lines
        self.progress = progress
    }

    /// Answers one command.
    ///
    /// - Parameters:
    ///   - command: its name in the table.
    ///   - words: the whole request.
    func answer(
        _ command: String, _ words: [[UInt8]], _ caller: Caller
    ) throws(CommandError) -> FeatureResult {
        var request = ArgumentVector()
        for word in words { request.append(word.span) }
        var cursor = ArgumentCursor(at: 2)
        switch command {
        case "PLUGIN LOAD": return try check(request, &cursor)
        case "PLUGIN TEST": return try test(request, &cursor, caller)
        case "PLUGIN LOG": return try log(request, &cursor, caller)
        case "PLUGIN STATS": return try stats(request, &cursor, caller)
        default: throw CommandError(.err, "\(command) is not available")
        }
    }

    // MARK: Checking

    /// `PLUGIN LOAD name source`, before it is decided.
    private func check(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor
    ) throws(CommandError) -> FeatureResult {
        let name = try cursor.identifier(words, "plugin")
        let source = try cursor.text(
            words, "source", maximumBytes: PluginVersion.maximumSourceBytes)
        let check = workshop.check(source, file: "\(name).lua", expectedName: name)
        guard let sentence = check.sentence else { return .proceed }
        throw CommandError(.err, RuleText.oneLine("the source is refused: \(sentence)"))
    }

    /// `PLUGIN TEST name [version]`
    private func test(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ caller: Caller
    ) throws(CommandError) -> FeatureResult {
        let name = try cursor.identifier(words, "plugin")
        var word: String?
        if !cursor.isAtEnd(words) { word = try cursor.text(words, "version", maximumBytes: 128) }
        try cursor.finish(words)
        let view = inbox.durableView
        let plugin = try plugin(name, view, caller)
        let version = try version(word, of: plugin, view)
        let check = PluginCheck(
            source: version.source, file: "\(name).lua", expectedName: name,
            limits: workshop.limits)
        return .reply(.json(PluginReport.json(check, version: version.tag)))
    }

    // MARK: Looking

    /// `PLUGIN LOG name [LIMIT n]`: the last lines, oldest first.
    private func log(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ caller: Caller
    ) throws(CommandError) -> FeatureResult {
        let name = try cursor.identifier(words, "plugin")
        var limit = Self.linesUnlessSaid
        if cursor.matchKeyword(words, "LIMIT") {
            limit = Int(try cursor.integer(words, "LIMIT", in: 1...Int64(RuleLog.lines)))
        }
        try cursor.finish(words)
        let view = inbox.durableView
        let all = lines.lines(of: name)
        // A file that was refused before there was a plugin: only those see it who see all.
        if all.isEmpty || caller.role < .admin || caller.stations != nil {
            _ = try plugin(name, view, caller)
        }
        let items = all.suffix(limit).map { line in
            JSONValue.object([
                ("time", .string(line.time.text)), ("level", .string(line.level.rawValue)),
                ("version", .string(line.version)), ("hook", .string(line.hook)),
                ("text", .string(line.text)),
            ])
        }
        return .reply(Self.list(items))
    }

    /// `PLUGIN STATS [name]`
    private func stats(
        _ words: borrowing ArgumentVector, _ cursor: inout ArgumentCursor, _ caller: Caller
    ) throws(CommandError) -> FeatureResult {
        let view = inbox.durableView
        let figures = Dictionary(
            progress().map { ($0.plugin, $0) }, uniquingKeysWith: { _, last in last })
        if !cursor.isAtEnd(words) {
            let name = try cursor.identifier(words, "plugin")
            try cursor.finish(words)
            let plugin = try plugin(name, view, caller)
            return .reply(Self.json(stats(of: plugin, figures[name])))
        }
        let plugins = try reading { () throws(StorageError) in try view.plugins() }
        let shown = plugins.filter { !$0.isRemoved && isVisible($0, view, caller) }
        return .reply(Self.list(shown.map { stats(of: $0, figures[$0.name]) }))
    }

    private func stats(of plugin: Plugin, _ progress: AfterFigures?) -> JSONValue {
        let hooks = statistics.snapshot(of: plugin.name).filter { $0.figures.calls > 0 }
            .map { PluginReport.stats($0.key.hook, $0.figures) }
        // What was last said about a file: an error is of one that was refused.
        let load = lines.lines(of: plugin.name).last { $0.hook == "load" }
        let refused = load.flatMap { $0.level == .error ? $0 : nil }
        return .object([
            ("name", .string(plugin.name.text)), ("mode", .string("\(plugin.mode.name)")),
            ("version", (plugin.live ?? plugin.candidate).map { .string($0.label) } ?? .null),
            ("hooks", .array(hooks)),
            ("cursor", progress.map { .number("\($0.cursor)") } ?? .null),
            ("lag", progress.map { .number("\($0.lag)") } ?? .null),
            ("refused", refused.map { .string($0.text) } ?? .null),
        ])
    }

    // MARK: Records

    /// A plugin that the caller may see: another station's is like one that does not exist.
    private func plugin(
        _ name: Identifier, _ view: ReadView, _ caller: Caller
    ) throws(CommandError) -> Plugin {
        let found = try reading { () throws(StorageError) in try view.plugin(name) }
        guard let found, isVisible(found, view, caller) else {
            throw .notFound("plugin", name.text)
        }
        return found
    }

    private func isVisible(_ plugin: Plugin, _ view: ReadView, _ caller: Caller) -> Bool {
        plugin.station.map { caller.mayActFor(view.names.station($0)) } ?? true
    }

    private func version(
        _ word: String?, of plugin: Plugin, _ view: ReadView
    ) throws(CommandError) -> PluginVersion {
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
        if let found,
            let version = try reading({ () throws(StorageError) in try view.pluginVersion(found) })
        {
            return version
        }
        throw .notFound("version", "\(plugin.name) \(word ?? "")")
    }

    private func reading<Value>(
        _ body: () throws(StorageError) -> Value
    ) throws(CommandError) -> Value {
        do throws(StorageError) { return try body() } catch { throw CommandError(error) }
    }

    private static func json(_ value: JSONValue) -> ReplyValue {
        var buffer = ByteBuffer(capacity: 1_024)
        value.append(to: &buffer)
        return .json(buffer.array)
    }

    private static func list(_ items: [JSONValue]) -> ReplyValue {
        json(.object([("items", .array(items)), ("next", .null)]))
    }
}
