import Basics
import Connections
import Domain
import Ledger

extension Session {
    func runCatalog(
        _ command: SessionCommand, _ request: borrowing ArgumentVector
    ) throws(CommandError) -> SessionOutcome {
        let catalog = CommandCatalog(server.commands)
        switch command {
        case .command: return .reply(.array(catalog.families.map { catalog.entry($0) }))
        case .commandCount: return .reply(.integer(Int64(catalog.families.count)))
        case .commandList: return .reply(.array(try catalog.names(request).map { .text($0) }))
        case .commandInfo:
            if request.count == 2 {
                return .reply(.array(catalog.families.map { catalog.entry($0) }))
            }
            var entries: [ReplyValue] = []
            for word in 2..<request.count { entries.append(catalog.info(request.text(word))) }
            return .reply(.array(entries))
        case .commandDocs:
            var names: [String] = []
            for word in 2..<max(2, request.count) { names.append(request.text(word).lowercased()) }
            if names.isEmpty { names = catalog.families.map(\.name) }
            return .reply(.map(names.compactMap { catalog.documentation(named: $0) }))
        case .commandGetKeys: return try keys(request)
        case .help:
            var words: [String] = []
            // `CLIENT HELP` asks for the same as `HELP CLIENT`.
            if !request[0].equalsFolded("HELP") {
                return .reply(
                    .array(try catalog.help([request.text(0).uppercased()]).map { .text($0) }))
            }
            for word in 1..<request.count { words.append(request.text(word).uppercased()) }
            return .reply(.array(try catalog.help(words).map { .text($0) }))
        default: throw Self.misplaced(command)
        }
    }

    private func keys(_ request: borrowing ArgumentVector) throws(CommandError) -> SessionOutcome {
        var inner = ArgumentVector()
        for word in 2..<request.count { inner.append(request[word]) }
        let index: Int
        do throws(CommandError) {
            index = try server.commands.find(inner)
        } catch { throw CommandError(.err, "Invalid command specified") }
        let places = server.commands.all[index].keys
        let last = places.last < 0 ? inner.count + places.last : places.last
        if places.first <= 0 || places.first > last || places.step <= 0 {
            throw CommandError(.err, "The command has no key arguments")
        }
        var found: [ReplyValue] = []
        for place in stride(from: places.first, through: last, by: places.step)
        where place < inner.count {
            found.append(.bytes(inner[place].bytesCopy))
        }
        return .reply(.array(found))
    }
}

/// The command table in the shapes of `COMMAND` and `HELP`.
struct CommandCatalog {
    /// A first word and all commands that begin with it.
    struct Family {
        /// In small letters.
        let name: String
        /// The command of that word alone, if there is one.
        var own: CommandSpec?
        var children: [CommandSpec] = []
    }

    let families: [Family]
    private let commands: CommandLookup

    init(_ commands: CommandLookup) {
        var places: [String: Int] = [:]
        var families: [Family] = []
        for spec in commands.all {
            let words = spec.name.split(separator: " ")
            let name = words[0].lowercased()
            let place = places[name] ?? families.count
            if place == families.count {
                places[name] = place
                families.append(Family(name: name))
            }
            if words.count == 1 {
                families[place].own = spec
            } else {
                families[place].children.append(spec)
            }
        }
        self.families = families
        self.commands = commands
    }

    // MARK: COMMAND

    /// Name, arity, flags, first key, last key, step, categories, hints, key rules, subcommands.
    func entry(_ family: Family) -> ReplyValue {
        let name = ReplyValue.text(family.name)
        let children = family.children.map { entry($0, name: .text($0.wireName), children: []) }
        guard let own = family.own else {
            return .array([
                name, .integer(-2), .array([]), .integer(0), .integer(0), .integer(0),
                .array([]), .array([]), .array([]), .array(children),
            ])
        }
        return entry(own, name: name, children: children)
    }

    private func entry(
        _ spec: CommandSpec, name: ReplyValue, children: [ReplyValue]
    ) -> ReplyValue {
        .array([
            name, .integer(Int64(spec.arity)), .array(flags(spec).map { .simple($0) }),
            .integer(Int64(spec.keys.first)), .integer(Int64(spec.keys.last)),
            .integer(Int64(spec.keys.step)), .array([.simple("@\(spec.group.rawValue)")]),
            .array([]), .array([]), .array(children),
        ])
    }

    private func flags(_ spec: CommandSpec) -> [String] {
        var names: [String] = []
        if spec.flags.contains(.write) { names.append("write") }
        if spec.flags.contains(.read) || spec.flags.contains(.decides) { names.append("readonly") }
        if spec.flags.contains(.blocking) { names.append("blocking") }
        if spec.flags.contains(.noTransaction) { names.append("no_multi") }
        if spec.flags.contains(.anonymous) { names.append("no_auth") }
        if spec.role == .admin { names.append("admin") }
        if !spec.flags.contains(.list) && spec.flags.contains(.read) { names.append("fast") }
        return names
    }

    /// One entry of `COMMAND INFO`; null for a name that nobody has.
    func info(_ name: String) -> ReplyValue {
        if let family = families.first(where: { $0.name == name.lowercased() }) {
            return entry(family)
        }
        guard let index = commands.index(named: name) else { return .null }
        let spec = commands.all[index]
        return entry(spec, name: .text(spec.wireName), children: [])
    }

    /// `COMMAND LIST [FILTERBY PATTERN p]`; there are neither modules nor categories to name.
    func names(_ request: borrowing ArgumentVector) throws(CommandError) -> [String] {
        let names = families.map(\.name)
        if request.count == 2 { return names }
        if request.count == 5, request[2].equalsFolded("FILTERBY") {
            if request[3].equalsFolded("MODULE") || request[3].equalsFolded("ACLCAT") { return [] }
            if request[3].equalsFolded("PATTERN") {
                var found: [String] = []
                for name in names
                where Glob.matches(name.utf8.span, pattern: request[4], folded: true) {
                    found.append(name)
                }
                return found
            }
        }
        throw CommandError(.syntax, "COMMAND LIST takes [FILTERBY MODULE m|ACLCAT c|PATTERN p]")
    }

    // MARK: COMMAND DOCS

    /// One entry of the reply, for `trade` or `trade|create`; nil for a name that nobody has.
    func documentation(named name: String) -> (key: String, value: ReplyValue)? {
        if let family = families.first(where: { $0.name == name }) {
            return (family.name, documentation(family))
        }
        guard let index = commands.index(named: name) else { return nil }
        let spec = commands.all[index]
        return (spec.wireName, .map(documentation(spec)))
    }

    func documentation(_ family: Family) -> ReplyValue {
        var pairs: [(key: String, value: ReplyValue)] =
            family.own.map { documentation($0) } ?? [
                ("summary", .text("Commands that begin with \(family.name.uppercased())")),
                ("since", .text("1.0.0")),
                ("group", .text(family.children.first?.group.rawValue ?? "server")),
            ]
        if !family.children.isEmpty {
            let children = family.children.map {
                (key: $0.wireName, value: ReplyValue.map(documentation($0)))
            }
            pairs.append(("subcommands", .map(children)))
        }
        return .map(pairs)
    }

    private func documentation(_ spec: CommandSpec) -> [(key: String, value: ReplyValue)] {
        var pairs: [(key: String, value: ReplyValue)] = [
            ("summary", .text(spec.summary)), ("since", .text("1.0.0")),
            ("group", .text(spec.group.rawValue)),
        ]
        let arguments = Self.arguments(spec.syntax)
        if !arguments.isEmpty { pairs.append(("arguments", .array(arguments))) }
        return pairs
    }

    /// The syntax line cut into arguments: a bracket is one that may be left out.
    static func arguments(_ syntax: String) -> [ReplyValue] {
        var parts: [(text: String, isOptional: Bool)] = []
        var depth = 0
        var current = ""
        func flush(_ isOptional: Bool) {
            if !current.isEmpty { parts.append((current, isOptional)) }
            current = ""
        }
        for character in syntax {
            switch character {
            case "[":
                if depth == 0 { flush(false) } else { current.append(character) }
                depth += 1
            case "]":
                depth = max(0, depth - 1)
                if depth == 0 { flush(true) } else { current.append(character) }
            case " " where depth == 0: flush(false)
            default: current.append(character)
            }
        }
        flush(depth > 0)
        return parts.map { part in
            var pairs: [(key: String, value: ReplyValue)] = [
                ("name", .text(part.text)), ("type", .text("string")),
                ("display_text", .text(part.text)),
            ]
            if part.isOptional { pairs.append(("flags", .array([.simple("optional")]))) }
            return .map(pairs)
        }
    }

    // MARK: HELP

    /// Without words: the chapters; with words: the commands that begin with them.
    func help(_ words: [String]) throws(CommandError) -> [String] {
        if words.isEmpty {
            var lines = ["entrepot: HELP <command> shows one command or a family of them"]
            for group in CommandGroup.allCases {
                let names = commands.all.filter { $0.group == group }.map(\.name)
                if !names.isEmpty {
                    lines.append("\(group.rawValue): \(names.joined(separator: ", "))")
                }
            }
            return lines
        }
        let asked = words.joined(separator: " ")
        let found = commands.all.filter { $0.name == asked || $0.name.hasPrefix(asked + " ") }
        if found.isEmpty { throw CommandError(.err, "no help for '\(asked.lowercased())'") }
        return found.flatMap { spec -> [String] in
            let syntax = spec.syntax.isEmpty ? spec.name : "\(spec.name) \(spec.syntax)"
            return [syntax, "    \(spec.summary) (role: \(spec.role.name))"]
        }
    }
}
