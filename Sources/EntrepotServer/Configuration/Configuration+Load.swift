import Basics

/// Where the configuration comes from; a parameter, so that tests need no files and no environment.
package struct ConfigurationSources: Sendable {
    /// Flags of the command line without dashes, in order: name, value.
    package var flags: [(name: String, value: String)]
    /// The environment; only `ENTREPOT_…` is looked at.
    package var environment: [String: String]
    /// Reads a whole file: nil where there is none, an error where it cannot be read.
    package var read: @Sendable (String) throws(ConfigurationError) -> [UInt8]?

    package init(
        flags: [(name: String, value: String)] = [], environment: [String: String] = [:],
        read: @escaping @Sendable (String) throws(ConfigurationError) -> [UInt8]?
    ) {
        self.flags = flags
        self.environment = environment
        self.read = read
    }
}

extension Configuration {
    /// Where a configuration file is looked for, first found first taken.
    package static let usualFiles = ["./entrepot.conf", "/etc/entrepot/entrepot.conf"]

    /// Puts the configuration together: flags over environment over `DATA/settings.json` over the
    /// configuration file over the defaults.
    ///
    /// - Throws: every problem of every source at once.
    package static func load(
        from sources: ConfigurationSources
    ) throws(ConfigurationError) -> Configuration {
        var loading = Loading(sources: sources)
        loading.takeEnvironment()
        loading.takeFlags()
        // These two say where the weaker sources are, so they are looked up before the rest.
        let file = loading.strongest("config")
        loading.takeFile(named: file)
        let data = loading.strongest("data") ?? Configuration().data
        loading.takeSettings(in: data)
        return try loading.finish()
    }
}

/// The work of `Configuration.load`: collects values by source, then applies them weakest first.
private struct Loading {
    private struct Given {
        let setting: Setting
        let text: String
        let origin: SettingOrigin
    }

    private let sources: ConfigurationSources
    private var problems: [ConfigurationProblem] = []
    private var file: [Given] = []
    private var settings: [Given] = []
    private var environment: [Given] = []
    private var flags: [Given] = []

    init(sources: ConfigurationSources) { self.sources = sources }

    /// The text of `key` in the strongest source that was taken so far.
    func strongest(_ key: String) -> String? {
        (file + settings + environment + flags).last { $0.setting.key == key }?.text
    }

    mutating func takeFlags() {
        for (name, value) in sources.flags {
            let key = String(name.map { $0 == "-" ? "_" : $0 })
            if let given = given(key, value, .flag(name: name)) { flags.append(given) }
        }
    }

    mutating func takeEnvironment() {
        for (name, value) in sources.environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Setting.variablePrefix) && !Self.isForeign(name) {
            let key = name.dropFirst(Setting.variablePrefix.count).lowercased()
            if let given = given(key, value, .environment(name: name)) {
                environment.append(given)
            }
        }
    }

    /// Variables under our prefix that are no settings: those of the command line's clients, and
    /// those that Kubernetes makes for a service named `entrepot`.
    private static func isForeign(_ name: String) -> Bool {
        name == "ENTREPOT_TOKEN" || name == "ENTREPOT_TLS" || name == "ENTREPOT_TLS_CA"
            || name == "ENTREPOT_PORT" || name.hasPrefix("ENTREPOT_PORT_")
            || name.hasPrefix("ENTREPOT_SERVICE_")
    }

    mutating func takeFile(named path: String?) {
        do throws(ConfigurationError) {
            if let path {
                guard let bytes = try sources.read(path) else {
                    throw ConfigurationError(place: path, message: "there is no such file")
                }
                try takeFile(bytes, path: path)
                return
            }
            for path in Configuration.usualFiles {
                if let bytes = try sources.read(path) {
                    try takeFile(bytes, path: path)
                    return
                }
            }
        } catch { problems += error.problems }
    }

    private mutating func takeFile(
        _ bytes: [UInt8], path: String
    ) throws(ConfigurationError) {
        for entry in try ConfigurationFile.entries(bytes, path: path) {
            let origin = SettingOrigin.file(path: path, line: entry.line)
            if entry.key == "config" {
                report(origin, "\"config\" only works as a flag or a variable")
            } else if let text = entry.text {
                if let given = given(entry.key, text, origin) { file.append(given) }
            } else {
                report(origin, entry.message)
            }
        }
    }

    mutating func takeSettings(in data: String) {
        let path = data + "/" + SettingsFile.name
        do throws(ConfigurationError) {
            guard let bytes = try sources.read(path) else { return }
            for (key, text) in try SettingsFile.parse(bytes, path: path) {
                let origin = SettingOrigin.settings(path: path)
                guard let given = given(key, text, origin) else { continue }
                if given.setting.isChangeable {
                    settings.append(given)
                } else {
                    report(origin, "\"\(key)\" cannot be changed by CONFIG SET")
                }
            }
        } catch { problems += error.problems }
    }

    func finish() throws(ConfigurationError) -> Configuration {
        var configuration = Configuration()
        var problems = problems
        for given in file + settings + environment + flags {
            do {
                try given.setting.write(&configuration, given.text)
                configuration.origins[given.setting.key] = given.origin
            } catch {
                problems.append(
                    ConfigurationProblem(
                        place: given.origin.description,
                        message: "\(given.setting.key): \(error.message)"))
            }
        }
        if problems.isEmpty { problems = configuration.contradictions }
        if !problems.isEmpty { throw ConfigurationError(problems) }
        for given in settings { configuration.kept[given.setting.key] = given.text }
        return configuration
    }

    private mutating func given(_ key: String, _ text: String, _ origin: SettingOrigin) -> Given? {
        if let setting = SettingTable.row(key) {
            return Given(setting: setting, text: text, origin: origin)
        }
        let hint = NearestWord.hint(key, in: SettingTable.rows.map(\.key))
        report(origin, "unknown key \"\(key)\"\(hint)")
        return nil
    }

    private mutating func report(_ origin: SettingOrigin, _ message: String) {
        problems.append(ConfigurationProblem(place: origin.description, message: message))
    }
}
