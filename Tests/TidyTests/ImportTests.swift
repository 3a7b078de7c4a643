import Testing

@Suite("Floors") struct ImportTests {
    private let manifest: Manifest

    init() throws {
        let file = try #require(Repository.files.first { $0.path == "Package.swift" })
        manifest = Manifest(text: file.lines.joined(separator: "\n"))
    }

    @Test func manifestIsRead() {
        #expect(manifest.sources.count >= 15)
        #expect(manifest.sources["Domain"] == ["Basics", "JSON"])
        #expect(manifest.tests.count >= 10)
    }

    /// Every declared dependency goes down, or to a listed peer, and to no forbidden target.
    @Test func declaredDependenciesObeyTheFloors() {
        for (target, dependencies) in manifest.sources {
            guard let own = Floors.floor[target] else {
                Issue.record(
                    "Package.swift: \(target) has no floor in Tests/TidyTests/Floors.swift")
                continue
            }
            for dependency in dependencies {
                let below = Floors.floor[dependency].map { $0 < own } ?? false
                let peer = Floors.peers[target]?.contains(dependency) ?? false
                let banned = Floors.never[target]?.contains(dependency) ?? false
                if banned || !(below || peer) {
                    Issue.record(
                        "Package.swift: \(target) (floor \(own)) may not use \(dependency)")
                }
            }
        }
    }

    /// A source file imports what its target declares, nothing else of ours.
    @Test func importsAreDeclared() {
        var findings: [String] = []
        for file in Repository.swiftFiles(under: "Sources/") {
            let declared = manifest.sources[file.target] ?? []
            for (module, line) in file.imports {
                if let reason = objection(to: module, in: file.target, declared: declared) {
                    findings.append("\(file.path):\(line): import \(module): \(reason)")
                }
            }
        }
        report(findings)
    }

    /// Tests use the wrappers too, and declare what they import.
    @Test func testsImportWhatTheyDeclare() {
        var findings: [String] = []
        let usual = Floors.platform.union(Floors.heavy).union(["Testing"])
        for file in Repository.swiftFiles(under: "Tests/") {
            let declared = file.target == "TestSupport" ? nil : manifest.tests[file.target]
            for (module, line) in file.imports where !usual.contains(module) {
                let fine = declared?.contains(module) ?? (Floors.floor[module] != nil)
                if Floors.wrappers[module] != nil || !fine {
                    findings.append("\(file.path):\(line): import \(module) is not declared")
                }
            }
        }
        report(findings)
    }

    private func objection(to module: String, in target: String, declared: Set<String>) -> String? {
        if Floors.never[target]?.contains(module) ?? false { return "never in \(target)" }
        if Floors.platform.contains(module) { return nil }
        if Floors.heavy.contains(module) {
            return Floors.floor[target] == 7 ? nil : "only on floor 7, and avoided there"
        }
        if let wrappers = Floors.wrappers[module], !wrappers.contains(target) {
            return "C modules are imported by their one wrapper only (\(wrappers.sorted()))"
        }
        return declared.contains(module) ? nil : "not a dependency in Package.swift"
    }
}

/// Fails with every finding on its own line.
func report(_ findings: [String], sourceLocation: SourceLocation = #_sourceLocation) {
    guard !findings.isEmpty else { return }
    let shown = findings.prefix(40).joined(separator: "\n")
    let rest = findings.count > 40 ? "\n… and \(findings.count - 40) more" : ""
    Issue.record("\(findings.count) finding(s):\n\(shown)\(rest)", sourceLocation: sourceLocation)
}
