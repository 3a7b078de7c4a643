import Testing

@Suite("House") struct HouseTests {
    /// Nothing that belongs to one machine or to how the work was organised.
    @Test func noMachinePathsOrWords() {
        // Joined here so that this file does not find itself.
        let banned = ["/wo" + "rk/", "../sha" + "red", "sub" + "agent", "session " + "budget"]
        var findings: [String] = []
        for file in Repository.files {
            for (index, line) in file.lines.enumerated() {
                for word in banned where line.contains(word) {
                    findings.append("\(file.path):\(index + 1): \(word) has no place here")
                }
            }
        }
        report(findings)
    }

    /// A script that a page names is there and can be run.
    @Test func namedScriptsExist() {
        let name = /(?:^|[\s`(.\/])((?:scripts|\.ci)\/[a-z][a-z0-9-]*)(?![\w\/.])/
        var findings: [String] = []
        for file in Repository.files where file.path.hasSuffix(".md") {
            for (index, line) in file.lines.enumerated() {
                for match in line.matches(of: name) {
                    let script = String(match.output.1)
                    if !Repository.isExecutable(script) {
                        findings.append("\(file.path):\(index + 1): \(script) cannot be run")
                    }
                }
            }
        }
        report(findings)
    }

    @Test func everyTargetHasATestFolder() throws {
        let file = try #require(Repository.files.first { $0.path == "Package.swift" })
        let manifest = Manifest(text: file.lines.joined(separator: "\n"))
        var findings: [String] = []
        for target in manifest.sources.keys.sorted() where (Floors.floor[target] ?? 0) > 0 {
            if Allowed.withoutTestFolder.contains(target) { continue }
            let folder = "Tests/\(target)Tests/"
            let tests = Repository.swiftFiles(under: folder)
            if tests.isEmpty { findings.append("Package.swift:1: \(target) has no \(folder)") }
            if manifest.tests["\(target)Tests"] == nil {
                findings.append("Package.swift:1: \(target)Tests is not declared")
            }
        }
        report(findings)
    }

    /// Links between the pages lead somewhere.
    @Test func linksResolve() {
        let link = /\]\(([^)\s]+)\)/
        var findings: [String] = []
        for file in Repository.files where file.path.hasSuffix(".md") {
            let folder = file.path.split(separator: "/").dropLast().map(String.init)
            for (index, line) in file.lines.enumerated() {
                for match in line.matches(of: link) {
                    let target = String(match.output.1.prefix { $0 != "#" })
                    if target.isEmpty || target.contains("://") || target.hasPrefix("mailto:") {
                        continue
                    }
                    if !Repository.exists(Self.resolve(target, in: folder)) {
                        findings.append("\(file.path):\(index + 1): \(target) is not there")
                    }
                }
            }
        }
        report(findings)
    }

    @Test func theUsualFilesAreThere() {
        let usual = [
            "README.md", "LICENSE", "CHANGELOG.md", ".swift-format", "docs/architecture.md",
        ]
        for path in usual where !Repository.exists(path) { Issue.record("\(path) is missing") }
        for script in ["scripts/start", "scripts/test", ".ci/run"] {
            if !Repository.isExecutable(script) { Issue.record("\(script) cannot be run") }
        }
    }

    private static func resolve(_ target: String, in folder: [String]) -> String {
        var parts = target.hasPrefix("/") ? [] : folder
        for part in target.split(separator: "/") {
            if part == ".." {
                _ = parts.popLast()
            } else if part != "." {
                parts.append(String(part))
            }
        }
        return parts.joined(separator: "/")
    }
}
