import Basics
import EntrepotServer
import HTTPServer
import System
import Testing

/// Files that exist only here.
private func load(
    flags: [(name: String, value: String)] = [], environment: [String: String] = [:],
    files: [String: String] = [:]
) throws(ConfigurationError) -> Configuration {
    try Configuration.load(
        from: ConfigurationSources(flags: flags, environment: environment) { path in
            files[path].map { Array($0.utf8) }
        })
}

/// What is wrong, one line per problem.
private func problems(
    flags: [(name: String, value: String)] = [], environment: [String: String] = [:],
    files: [String: String] = [:]
) -> [String] {
    do {
        _ = try load(flags: flags, environment: environment, files: files)
        return []
    } catch { return error.problems.map(\.description) }
}

@Suite struct ConfigurationLoading {
    @Test func defaults() throws {
        let configuration = try load()
        #expect(configuration.tcp == Endpoint(host: "127.0.0.1", port: 7400))
        #expect(configuration.fsync == .always)
        #expect(configuration.limits == Limits())
        #expect(configuration.origin(of: "tcp") == .builtIn)
    }

    @Test func theStrongerSourceWins() throws {
        let files = [
            "./entrepot.conf":
                "return {\n data = 'd', page_records = 1, page_bytes = 70000,\n"
                + " log_level = 'error', trade_lines = 5 }",
            "d/settings.json":
                "{\"page_records\":\"2\",\"page_bytes\":\"80000\",\"log_level\":\"warning\"}",
            "/etc/entrepot/entrepot.conf": "return { trade_lines = 6 }",
        ]
        let configuration = try load(
            flags: [("page-records", "4")],
            environment: [
                "ENTREPOT_PAGE_RECORDS": "3", "ENTREPOT_PAGE_BYTES": "90000", "HOME": "/",
            ], files: files)
        #expect(configuration.limits.pageRecords == 4)
        #expect(configuration.origin(of: "page_records") == .flag(name: "page-records"))
        #expect(configuration.limits.pageBytes == 90_000)
        #expect(configuration.logLevel.level == .warning)
        #expect(configuration.origin(of: "log_level") == .settings(path: "d/settings.json"))
        #expect(configuration.limits.tradeLines == 5)
        #expect(
            configuration.origin(of: "trade_lines") == .file(path: "./entrepot.conf", line: 3))
    }

    @Test func theFileCanBeNamed() throws {
        let files = ["f": "return { fsync = 100 }", "./entrepot.conf": "return { loops = 3 }"]
        let byFlag = try load(flags: [("config", "f")], files: files)
        #expect(byFlag.fsync == .interval(milliseconds: 100))
        #expect(byFlag.loops == 0)
        #expect(try load(environment: ["ENTREPOT_CONFIG": "f"], files: files).loops == 0)
        #expect(problems(flags: [("config", "g")]) == ["g: there is no such file"])
    }

    @Test func unknownKeysAreErrorsWithTheNearest() {
        #expect(
            problems(files: ["./entrepot.conf": "return {\n\n  fsnyc = 'always',\n}"])
                == ["./entrepot.conf:3: unknown key \"fsnyc\"; did you mean \"fsync\"?"])
        #expect(
            problems(environment: ["ENTREPOT_TPC": "x"])
                == ["ENTREPOT_TPC: unknown key \"tpc\"; did you mean \"tcp\"?"])
        #expect(problems(flags: [("zzzzzzzz", "1")]) == ["--zzzzzzzz: unknown key \"zzzzzzzz\""])
        #expect(
            problems(files: ["./entrepot-data/settings.json": "{\"log_levle\":\"info\"}"]) == [
                "./entrepot-data/settings.json: unknown key \"log_levle\"; "
                    + "did you mean \"log_level\"?"
            ])
    }

    @Test func everyProblemIsNamedAtOnce() {
        let file = """
            -- tcp = "in a comment"
            return {
              tcp = "nowhere",
              ["http"] = 7480.5,
              fsync = { "always" },
              page_records = 0,
              "loose",
              config = "x",
            }
            """
        #expect(
            problems(flags: [("loops", "many")], files: ["./entrepot.conf": file]).sorted() == [
                "--loops: loops: \"many\" is not a number",
                "./entrepot.conf: a value has no key; write key = value",
                "./entrepot.conf:3: tcp: \"nowhere\" is not HOST:PORT",
                "./entrepot.conf:4: http must be a whole number",
                "./entrepot.conf:5: fsync must be a text or a number, is a table",
                "./entrepot.conf:6: page_records: 0 is not within 1 – 100 000",
                "./entrepot.conf:8: \"config\" only works as a flag or a variable",
            ])
    }

    @Test(arguments: [
        ("return {", "./entrepot.conf:1: "), ("x = 1", "./entrepot.conf: must return a table"),
        ("\nreturn { a = b.c }", "./entrepot.conf:2: attempt to index a nil value"),
        ("while true do end", "./entrepot.conf:1: instruction budget"),
        ("return os.getenv 'HOME'", "./entrepot.conf:1: attempt to index a nil value"),
    ])
    func brokenFiles(source: String, start: String) {
        let found = problems(files: ["./entrepot.conf": source])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix(start) == true, "\(found)")
    }

    @Test(arguments: [
        ("", "1"), ("[1]", ""), ("{\"log\":", "1"), ("{\n\"log\": 1}", ""), ("{\n\n!}", "3"),
        ("{\"data\":\"x\"}", ""),
    ])
    func brokenSettings(text: String, line: String) {
        let found = problems(files: ["./entrepot-data/settings.json": text])
        #expect(found.count == 1)
        let place = "./entrepot-data/settings.json" + (line.isEmpty ? ": " : ":\(line): ")
        #expect(found.first?.hasPrefix(place) == true, "\(found)")
    }

    @Test func valuesThatContradict() {
        #expect(
            problems(flags: [("output-buffer-hard-bytes", "1MiB")]) == [
                "--output-buffer-hard-bytes: output_buffer_soft_bytes (4194304) is more than "
                    + "output_buffer_hard_bytes (1048576)"
            ])
        #expect(
            problems(
                environment: ["ENTREPOT_ADMIN_PASSWORD": "a", "ENTREPOT_ADMIN_PASSWORD_FILE": "f"]
            ).count == 1)
    }

    @Test func foreignVariablesAreLeftAlone() {
        #expect(
            problems(environment: [
                "ENTREPOT_TOKEN": "t", "ENTREPOT_PORT": "tcp://10.0.0.1:7400",
                "ENTREPOT_PORT_7400_TCP_ADDR": "10.0.0.1", "ENTREPOT_SERVICE_HOST": "10.0.0.1",
            ]).isEmpty)
    }

    @Test func secretsAreNeverShown() throws {
        let configuration = try load(environment: ["ENTREPOT_ADMIN_PASSWORD": "hunter2"])
        #expect(configuration.adminPassword?.revealed == "hunter2")
        #expect(configuration.get("admin_password").map(\.value) == ["(redacted)"])
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(!problems(environment: ["ENTREPOT_ADMIN_PASSWORD": ""]).isEmpty)
    }
}

@Suite struct ConfigurationCommands {
    @Test func patterns() {
        let configuration = Configuration()
        #expect(configuration.get("*").count == SettingTable.rows.count)
        #expect(configuration.get("FSYNC").map(\.value) == ["always"])
        #expect(configuration.get("slowlog_*").count == 4)
        #expect(configuration.get("log?level").map(\.key) == ["log_level"])
        #expect(configuration.get("nothing").isEmpty)
        #expect(configuration.get(String(repeating: "*a", count: 5_000)).isEmpty)
    }

    @Test func setAndRewrite() throws {
        var configuration = try load(files: [
            "./entrepot-data/settings.json": "{\"page_records\":\"7\"}"
        ])
        try configuration.set("LOG_LEVEL", "debug")
        try configuration.set("fsync", "interval 100 ms")
        try configuration.set("page_bytes", "1MiB")
        #expect(configuration.logLevel.level == .debug)
        #expect(configuration.origin(of: "fsync") == .command)
        let text = configuration.rewrite()
        #expect(
            text == "{\n  \"fsync\": \"100ms\",\n  \"log_level\": \"debug\",\n"
                + "  \"page_bytes\": \"1048576\",\n  \"page_records\": \"7\"\n}\n")
        let again = try load(files: ["./entrepot-data/settings.json": text])
        #expect(again.fsync == .interval(milliseconds: 100))
        #expect(again.limits.pageRecords == 7)
        #expect(again.rewrite() == text)
    }

    @Test(arguments: [
        ("tcp", "127.0.0.1:1"), ("nothing", "1"), ("log_level", "loud"), ("page_records", "0"),
        ("page_records", "99999999999999999999"), ("admin_password", "x"),
        ("output_buffer_soft_bytes", "1GiB"), ("page_bytes", "9223372036854775807GiB"),
    ])
    func refusals(key: String, value: String) {
        var configuration = Configuration()
        #expect(throws: ConfigurationError.self) { try configuration.set(key, value) }
        #expect(configuration.rewrite() == "{\n}\n")
    }

    @Test func severalKeysChangeTogetherOrNotAtAll() throws {
        var configuration = Configuration()
        #expect(throws: ConfigurationError.self) {
            try configuration.set([("page_records", "5"), ("log_level", "loud")])
        }
        #expect(configuration.limits.pageRecords == 1_000)
        try configuration.set([
            ("output_buffer_hard_bytes", "1MiB"), ("output_buffer_soft_bytes", "1MiB"),
        ])
        #expect(configuration.limits.outputBufferHardBytes == 1 << 20)
    }
}

@Suite struct SettingTables {
    @Test func keysAreUniqueAndWellFormed() {
        let keys = SettingTable.rows.map(\.key)
        #expect(Set(keys).count == keys.count)
        for row in SettingTable.rows {
            let letters = row.key.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
            #expect(letters, "\(row.key)")
            #expect(row.help.hasSuffix("."), "\(row.key)")
        }
    }

    /// Every default is a value that its own row accepts and gives back.
    @Test func defaultsAreLegal() {
        for (key, value) in Configuration().get("*") where !value.isEmpty {
            let found = problems(flags: [(key, value)], files: [value: "return {}"])
            #expect(found.isEmpty, "\(found)")
        }
    }

    /// What is part of the format is shown and stays as it is.
    @Test(arguments: [
        ("identifier_bytes", "64"), ("event_bytes", "256KiB"), ("transaction_bytes", "4MiB"),
    ])
    func fixedLimits(key: String, value: String) {
        #expect(SettingTable.row(key)?.isChangeable == false)
        #expect(problems(flags: [(key, value)], files: [:]).isEmpty)
        let found = problems(flags: [(key, "1024")], files: [:])
        #expect("\(found)".contains("cannot be changed"), "\(found)")
    }

    /// No limit without its configuration key.
    @Test func everyLimitHasARow() {
        for child in Mirror(reflecting: Limits()).children {
            var key = ""
            for character in child.label ?? "" {
                key += character.isUppercase ? "_\(character.lowercased())" : "\(character)"
            }
            #expect(SettingTable.row(key) != nil, "\(key)")
        }
    }

    @Test(arguments: [
        ("127.0.0.1:7400", true, true), ("localhost:0", true, true), ("[::1]:80", true, true),
        ("0.0.0.0:65535", true, false), ("127.evil.example:1", true, false),
        ("a:65536", false, false),
        ("::1:80", false, false), (":80", false, false), ("a:", false, false),
        ("a:-1", false, false), ("a b:1", false, false), ("a:+1", false, false), ("", false, false),
    ])
    func endpoints(text: String, isGood: Bool, isLoopback: Bool) {
        let endpoint = Endpoint(setting: text)
        #expect((endpoint != nil) == isGood)
        #expect(endpoint?.isLoopback ?? false == isLoopback)
        if let endpoint { #expect(endpoint.setting == text) }
    }

    @Test(arguments: [
        ("always", "always"), ("off", "off"), ("100", "100ms"), ("1s", "1000ms"), ("0", nil),
        ("100us", nil), ("-1", nil), ("2m", nil), ("", nil), ("1 0", nil), ("100 ", nil),
    ])
    func fsync(text: String, canonical: String?) {
        #expect(FsyncPolicy(setting: text)?.setting == canonical)
    }
}

/// The pages that are made from the table, and the example, stay true.
@Suite struct ConfigurationPages {
    private func page(_ name: String) throws -> String {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let bytes = try SystemFiles.read("/\(root)/docs/\(name)")
        return String(decoding: bytes ?? [], as: UTF8.self)
    }

    @Test func thePageIsCurrent() throws {
        #expect(
            try page("configuration.md") == ConfigurationPage.text,
            "run: swift run entrepot config docs > docs/configuration.md")
    }

    @Test func theCommandManualIsCurrent() throws {
        #expect(
            try page("commands.md") == CommandManual.text,
            "run: swift run entrepot commands docs > docs/commands.md")
    }

    @Test func theRouteManualIsCurrent() throws {
        #expect(
            try page("routes.md") == RouteManual.markdown(),
            "run: swift run entrepot routes docs > docs/routes.md")
    }

    @Test func theExampleIsGood() throws {
        let example = try page("entrepot.conf.example")
        #expect(!example.isEmpty)
        let configuration = try load(files: ["./entrepot.conf": example])
        #expect(configuration.limits == Limits())
    }
}

/// The real files.
@Suite struct ConfigurationFiles {
    @Test func settingsAreKeptAndReadBack() throws {
        let folder = "/tmp/entrepot-configuration-\(UInt64.random(in: 0...UInt64.max))"
        try FileSystem.makeFolder(folder)
        defer { try? FileSystem.removeTree(folder) }
        var configuration = try load(flags: [("data", folder)])
        try configuration.set("log_level", "error")
        try configuration.keepSettings()
        #expect(try FileSystem.permissions(of: folder + "/settings.json") & 0o777 == 0o600)
        let again = try Configuration.load(
            from: ConfigurationSources(flags: [("data", folder), ("config", "/dev/null/x")]) {
                path throws(ConfigurationError) in
                path == "/dev/null/x" ? Array("return {}".utf8) : try SystemFiles.read(path)
            })
        #expect(again.logLevel.level == .error)
    }

    @Test func thePasswordIsTheFirstLineOfItsFile() throws {
        let folder = "/tmp/entrepot-password-\(UInt64.random(in: 0...UInt64.max))"
        try FileSystem.makeFolder(folder)
        defer { try? FileSystem.removeTree(folder) }
        for (content, password) in [
            ("hunter2\r\nrest", "hunter2"), ("a", "a"), ("", nil), ("\nx", nil),
        ] {
            let path = folder + "/p"
            try FileSystem.writeAtomically(Array(content.utf8).span, to: path)
            let configuration = try load(flags: [("admin-password-file", path)])
            if let password {
                #expect(try configuration.initialAdminPassword()?.revealed == password)
            } else {
                #expect(throws: ConfigurationError.self) {
                    try configuration.initialAdminPassword()
                }
            }
        }
        #expect(try Configuration().initialAdminPassword() == nil)
        #expect(try SystemFiles.read(folder + "/absent") == nil)
        #expect(throws: ConfigurationError.self) { try SystemFiles.read(folder) }
    }
}
