import Testing

@Suite("Shape of the text") struct ShapeTests {
    private static let code: [TextFile] = Repository.files.filter { file in
        file.path.hasPrefix("Sources/") || file.path.hasPrefix("Tests/")
            || file.path == "Package.swift"
    }

    @Test func columnsTabsAndLineEnds() {
        var findings: [String] = []
        for file in Self.code where Self.isProgram(file.path) {
            for (index, line) in file.lines.enumerated() {
                let place = "\(file.path):\(index + 1)"
                if line.utf8.count > 100 && line.count > 100 && !Self.isUnbreakable(line) {
                    findings.append("\(place): \(line.count) columns, at most 100")
                }
                if line.utf8.contains(UInt8(ascii: "\t")) {
                    findings.append("\(place): a tab; four spaces")
                }
                if line.utf8.last == UInt8(ascii: " ") {
                    findings.append("\(place): blanks at the end of the line")
                }
                if line.utf8.last == UInt8(ascii: "\r") {
                    findings.append("\(place): a carriage return")
                }
            }
        }
        report(findings)
    }

    @Test func filesStaySmall() {
        report(
            Self.code.filter { file in
                Self.isProgram(file.path) && file.lines.count > 500
                    && !Allowed.longFiles.contains(file.path)
            }
            .map { "\($0.path):501: \($0.lines.count) lines, at most 500" })
    }

    @Test func functionsStaySmall() {
        var findings: [String] = []
        for folder in ["Sources/", "Tests/"] {
            for file in Repository.swiftFiles(under: folder) {
                for function in FunctionScan.functions(in: file.code) where function.count > 70 {
                    if Allowed.longFunctions.contains("\(file.path) \(function.name)") { continue }
                    findings.append(
                        "\(file.path):\(function.line): \(function.name) has \(function.count) "
                            + "lines, at most 70")
                }
            }
        }
        report(findings)
    }

    @Test func functionScanCounts() {
        let text = """
            protocol P {
                func asked() -> Int
                init(from other: Int)
            }
            struct S {
                func short(_ body: () -> Void = {}) {
                    body()
                }
                init(a: Int) throws {
                    if a > 0 {
                    }
                }
            }
            """
        let file = SwiftFile(path: "x.swift", bytes: Array(text.utf8))
        let found = FunctionScan.functions(in: file.code).map {
            "\($0.name) \($0.line) \($0.count)"
        }
        #expect(found == ["short 6 3", "init 9 4"])
    }

    @Test(arguments: [
        ("let a = \"x!\" // y!", "let a = \"  \"      "),
        ("let b = #\"a\"b\"# + c!", "let b = #\"   \"# + c!"),
        ("f(\"\\(g(\"x\"))\") /* ! */ + 1", "f(\"    \" \"  \")         + 1"),
    ]) func maskBlanksCommentsAndLiterals(source: String, expected: String) {
        let masked = String(decoding: Mask.apply(to: Array(source.utf8)), as: UTF8.self)
        #expect(masked.utf8.count == source.utf8.count)
        #expect(masked.filter { $0 != " " } == expected.filter { $0 != " " })
    }

    /// Fixtures (golden texts, transcripts) have the shape they need.
    private static func isProgram(_ path: String) -> Bool {
        [".swift", ".c", ".cc", ".h"].contains { path.hasSuffix($0) }
    }

    /// A regular expression literal cannot be cut into lines.
    private static func isUnbreakable(_ line: String) -> Bool {
        let text = line.drop { $0 == " " }
        return text.hasPrefix("/") && !text.hasPrefix("//") && text.hasSuffix("/")
    }
}
