import Testing

@Suite("Banned text") struct BannedTests {
    /// Searched in code without comments and literals; a word must not begin or go on before it.
    private static let calls: [(text: String, reason: String)] = [
        ("fatalError(", "no user can act on it: throw, or use precondition with its reason"),
        ("try!", "handle the error"),
        ("as!", "use as? and handle nil"),
    ]

    private static let unsafeMarks = [
        "withUnsafe", "withMutableUnsafe", "UnsafeMutable", "UnsafePointer", "UnsafeRaw",
        "UnsafeBuffer", "unsafeBitCast", "unsafeDowncast", "nonisolated(unsafe)",
        "@unchecked Sendable", "unsafeUninitializedCapacity", "_unsafeElements", "Unmanaged",
        "OpaquePointer",
    ]

    @Test func callsThatEndTheProcess() {
        var findings: [String] = []
        for file in Repository.swiftFiles(under: "Sources/") {
            for (index, line) in file.code.enumerated() {
                for call in Self.calls where Self.holdsWord(line, call.text) {
                    findings.append("\(file.path):\(index + 1): \(call.text) – \(call.reason)")
                }
            }
        }
        report(findings)
    }

    @Test func printOnlyInTheCommandLine() {
        var findings: [String] = []
        for file in Repository.swiftFiles(under: "Sources/") where file.target != "entrepot" {
            for (index, line) in file.code.enumerated() where Self.holdsWord(line, "print(") {
                findings.append("\(file.path):\(index + 1): print( – libraries write to the log")
            }
        }
        report(findings)
    }

    @Test func leftoverMarks() {
        // Joined here so that this file does not find itself.
        let marks = ["FIX" + "ME", "TO" + "DO", "XX" + "X"]
        var findings: [String] = []
        for file in Repository.files where !file.path.hasPrefix("Tests/TidyTests/") {
            for (index, line) in file.lines.enumerated() {
                for mark in marks where Self.holdsWord(line, mark) {
                    findings.append("\(file.path):\(index + 1): a leftover \(mark)")
                }
            }
        }
        report(findings)
    }

    @Test func forceUnwraps() {
        var findings: [String] = []
        for file in Repository.swiftFiles(under: "Sources/") {
            for (index, line) in file.code.enumerated() where Self.holdsForceUnwrap(line) {
                findings.append("\(file.path):\(index + 1): a force unwrap")
            }
        }
        report(findings)
    }

    /// Memory by hand only in listed files, each of which names what makes it right.
    @Test func unsafeOnlyWhereListed() {
        var findings: [String] = []
        for file in Repository.swiftFiles(under: "Sources/") {
            let marked = file.code.firstIndex { line in
                Self.unsafeMarks.contains { line.contains($0) }
            }
            guard let marked else { continue }
            let place = "\(file.path):\(marked + 1)"
            let listed =
                Allowed.unsafeFiles.contains(file.path)
                || Allowed.unsafeFolders.contains { file.path.hasPrefix($0) }
            if !listed {
                findings.append("\(place): unsafe code in a file that is not in Allowed.swift")
            } else if !file.lines.contains(where: { $0.contains("//") && $0.contains("nvariant") })
            {
                findings.append("\(place): unsafe code, and no comment names its invariant")
            }
        }
        report(findings)
    }

    @Test func unsafeListIsCurrent() {
        report(
            Allowed.unsafeFiles.filter { !Repository.exists($0) }.sorted()
                .map { "Tests/TidyTests/Allowed.swift:1: \($0) is gone" })
    }

    @Test(arguments: [
        ("let a = b!", true), ("f(x)!.y", true), ("a[0]! + 1", true), ("if a != b", false),
        ("if !done", false), ("a! = 3", true), ("x!==y", false), ("#if !DEBUG", false),
    ]) func forceUnwrapHeuristic(line: String, expected: Bool) {
        #expect(Self.holdsForceUnwrap(line) == expected)
    }

    /// `!` right behind a name or a closing bracket, unless it begins `!=`.
    private static func holdsForceUnwrap(_ line: String) -> Bool {
        let bytes = Array(line.utf8)
        for index in bytes.indices.dropFirst() where bytes[index] == UInt8(ascii: "!") {
            let before = bytes[index - 1]
            let closes = before == UInt8(ascii: ")") || before == UInt8(ascii: "]")
            guard closes || isWord(before) else { continue }
            if index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "=") { continue }
            if endsWithKeyword(bytes[..<index]) { continue }
            return true
        }
        return false
    }

    /// `try!` and `as!` have their own message.
    private static func endsWithKeyword(_ bytes: ArraySlice<UInt8>) -> Bool {
        let word = bytes.reversed().prefix { isWord($0) }.reversed()
        return word.elementsEqual("try".utf8) || word.elementsEqual("as".utf8)
    }

    private static func holdsWord(_ line: String, _ text: String) -> Bool {
        guard line.utf8.count >= text.utf8.count else { return false }
        let bytes = Array(line.utf8)
        let wanted = Array(text.utf8)
        guard bytes.count >= wanted.count else { return false }
        for start in 0...(bytes.count - wanted.count) where bytes[start] == wanted[0] {
            guard bytes[start..<(start + wanted.count)].elementsEqual(wanted) else { continue }
            let clearBefore = start == 0 || !isWord(bytes[start - 1])
            let end = start + wanted.count
            let clearAfter =
                !isWord(wanted[wanted.count - 1]) || end == bytes.count
                || !isWord(bytes[end])
            if clearBefore && clearAfter { return true }
        }
        return false
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
