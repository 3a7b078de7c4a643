import Basics
import Domain
import Glibc
import Ledger
import Synchronization
import System
import Testing

@testable import Plugins

/// A short rest of a thread that looks again and again.
func breathe() { usleep(5_000) }

@Suite("Files of the watched folder")
struct WatchTests {
    private let good = PluginSources.plugin("pricing = function() end", name: "good")

    private func intake(_ folder: Folder) -> PluginIntake {
        PluginIntake(folder: folder.path) { source, file in
            PluginCheck(source: source, file: file, limits: Limits())
        }
    }

    private func write(_ folder: Folder, _ name: String, _ text: String) throws {
        try FileSystem.writeAtomically(text.utf8.span, to: "\(folder.path)/\(name)")
    }

    private func reasons(_ verdict: PluginIntake.Verdict) -> [String]? {
        if case .refused(let reasons, _) = verdict { reasons } else { nil }
    }

    private func passes(_ verdict: PluginIntake.Verdict) -> Bool {
        if case .passed = verdict { true } else { false }
    }

    private func isNothing(_ verdict: PluginIntake.Verdict) -> Bool {
        if case .nothing = verdict { true } else { false }
    }

    @Test("good bytes pass once, and again when they were forgotten or changed")
    func passes() throws {
        let folder = try Folder()
        let intake = intake(folder)
        try write(folder, "good.lua", good)
        #expect(passes(intake.look("good.lua")))
        #expect(isNothing(intake.look("good.lua")))
        intake.forget("good.lua")
        #expect(passes(intake.look("good.lua")))
        try write(folder, "good.lua", good + "\n")
        #expect(passes(intake.look("good.lua")))
        try FileSystem.remove("\(folder.path)/good.lua")
        #expect(isNothing(intake.look("good.lua")))
        try write(folder, "good.lua", good)
        #expect(passes(intake.look("good.lua")))
    }

    @Test("what was taken up before the start is not examined again")
    func stored() throws {
        let folder = try Folder()
        try write(folder, "good.lua", good)
        let name = Identifier(literal: "good")
        let digest = RuleMachine.digest(name: name, source: good)
        let checks = Mutex(0)
        let intake = PluginIntake(folder: folder.path, stored: [name: digest]) { source, file in
            checks.withLock { $0 += 1 }
            return PluginCheck(source: source, file: file, limits: Limits())
        }
        #expect(isNothing(intake.look("good.lua")))
        #expect(checks.withLock { $0 } == 0)
        try write(folder, "good.lua", good + "\n")
        #expect(passes(intake.look("good.lua")))
    }

    @Test("bad files are refused with their reason, once")
    func refusals() throws {
        let folder = try Folder()
        let intake = intake(folder)
        let long = good + String(repeating: " ", count: PluginVersion.maximumSourceBytes)
        let test =
            "pricing = function() end, tests = { { hook = \"pricing\", "
            + "line = { item = \"x\", quantity = 1, price = \"1.00\" }, expect = \"2.00\" } }"
        let cases: [(String, String, String)] = [
            ("syntax.lua", "return {\n  name = \n}", "syntax.lua:3: "),
            ("table.lua", "return { nam = \"x\" }", "table.lua"),
            ("test.lua", PluginSources.plugin(test, name: "t"), "expected 2.00, is 1.00"),
            ("long.lua", long, "longer than"),
            ("empty.lua", "", "empty.lua"),
        ]
        for (name, text, reason) in cases {
            try write(folder, name, text)
            let found = try #require(reasons(intake.look(name)), "\(name)")
            #expect(found.first?.contains(reason) == true, "\(found)")
            #expect(isNothing(intake.look(name)), "\(name) is told once")
        }
        try calling("symlink") { symlink("syntax.lua", "\(folder.path)/link.lua") }
        #expect(reasons(intake.look("link.lua"))?.first?.contains("symbolic link") == true)
        try calling("mkfifo") { mkfifo("\(folder.path)/pipe.lua", 0o600) }
        #expect(reasons(intake.look("pipe.lua"))?.first?.contains("no regular file") == true)
        try FileSystem.writeAtomically([0xff, 0xfe].span, to: "\(folder.path)/bytes.lua")
        #expect(reasons(intake.look("bytes.lua"))?.first?.contains("UTF-8") == true)
        #expect(isNothing(intake.look("absent.lua")))
    }

    @Test("a plugin is in one file; the second is refused until the first is gone")
    func twice() throws {
        let folder = try Folder()
        let intake = intake(folder)
        try write(folder, "a.lua", good)
        try write(folder, "b.lua", good + "-- b")
        #expect(passes(intake.look("a.lua")))
        #expect(reasons(intake.look("b.lua"))?.first?.contains("is in a.lua already") == true)
        try FileSystem.remove("\(folder.path)/a.lua")
        try write(folder, "b.lua", good + "-- c")
        #expect(passes(intake.look("b.lua")))
    }

    @Test("names of plugins")
    func names() {
        for name in ["a.lua", "bulk-discount.lua"] { #expect(PluginFile.isPlugin(name)) }
        for name in [".lua", ".a.lua", "a.lua~", "a.lua.swp", "4913", "a.LUA", ""] {
            #expect(!PluginFile.isPlugin(name))
        }
    }

    @Test("a name settles when nobody has touched it for a moment, at last after two seconds")
    func settling() {
        var names = SettledNames()
        let millisecond: UInt64 = 1_000_000
        #expect(names.pause(now: 0) == nil)
        names.touch("b", now: 0)
        names.touch("a", now: 100 * millisecond)
        #expect(names.pause(now: 100 * millisecond) == 50)
        #expect(names.takeDue(now: 149 * millisecond) == [])
        names.touch("b", now: 149 * millisecond)
        #expect(names.takeDue(now: 250 * millisecond) == ["a"])
        #expect(names.takeDue(now: 299 * millisecond) == ["b"])
        #expect(names.isEmpty)
        for step in stride(from: UInt64(0), to: 2_100, by: 100) {
            names.touch("busy", now: step * millisecond)
        }
        #expect(names.takeDue(now: 1_999 * millisecond) == [])
        #expect(names.takeDue(now: 2_000 * millisecond) == ["busy"])
    }
}

/// A ledger that takes everything in.
private final class TakenSources: FolderLedger {
    private let sources = Mutex<[String]>([])

    func files() -> [Identifier: Digest128] { [:] }

    func load(
        _ source: PluginSource, _ metadata: PluginMetadata,
        complete: @escaping @Sendable (Result<FolderOutcome, CommandError>) -> Void
    ) {
        sources.withLock { $0.append("\(source.name) \(metadata.declared)") }
        complete(
            .success(
                .loaded(
                    Plugin(name: source.name, created: Timestamp(milliseconds: 0), seq: 1))))
    }

    var all: [String] { sources.withLock { $0 } }

    func wait(for count: Int) {
        for _ in 0..<1_000 where all.count < count { breathe() }
    }
}

private struct LostLines: LogSink {
    func write(_ line: Span<UInt8>) {}
}

@Suite("The watched folder")
struct FolderThreadTests {
    private func source(_ name: String, _ version: String) -> String {
        PluginSources.plugin("pricing = function() end", name: name)
            .replacing("version = \"1.0\"", with: "version = \"\(version)\"")
    }

    @Test("takes up what is there, what is saved and what is moved in; not what is deleted")
    func follows() throws {
        let folder = try Folder()
        let place = folder.path + "/plugins"
        try FileSystem.makeFolder(place)
        try FileSystem.writeAtomically(source("a", "1").utf8.span, to: place + "/a.lua")
        let workshop = try RuleWorkshop(limits: Limits())
        defer { workshop.stop() }
        let taken = TakenSources()
        let watched = PluginFolder(
            path: place, workshop: workshop, lines: RuleLog(), ledger: taken,
            clock: SystemClock(),
            log: Log(level: .error, format: .text, clock: SystemClock(), sink: LostLines()))
        try watched.start()
        taken.wait(for: 1)
        #expect(taken.all == ["a 1"])
        try FileSystem.writeAtomically(source("b", "1").utf8.span, to: place + "/b.lua")
        taken.wait(for: 2)
        #expect(taken.all.last == "b 1")
        // Two saves in quick succession are read once, at the end.
        try FileSystem.writeAtomically(source("b", "2").utf8.span, to: place + "/b.lua")
        try FileSystem.writeAtomically(source("b", "3").utf8.span, to: place + "/b.lua")
        taken.wait(for: 3)
        try FileSystem.remove(place + "/a.lua")
        try FileSystem.writeAtomically(source("a", "2").utf8.span, to: folder.path + "/a")
        try FileSystem.rename(folder.path + "/a", to: place + "/a.lua")
        taken.wait(for: 4)
        #expect(taken.all == ["a 1", "b 1", "b 3", "a 2"])
        watched.stop()
    }

    @Test("what is refused is known until the file is good or gone")
    func refusals() throws {
        let folder = try Folder()
        let workshop = try RuleWorkshop(limits: Limits())
        defer { workshop.stop() }
        let lines = RuleLog()
        let watched = PluginFolder(
            path: folder.path, workshop: workshop, lines: lines, ledger: TakenSources(),
            clock: SystemClock(),
            log: Log(level: .error, format: .text, clock: SystemClock(), sink: LostLines()))
        try watched.start()
        defer { watched.stop() }
        let name = Identifier(literal: "a")
        func wait(_ isRefused: Bool) {
            for _ in 0..<1_000 where (lines.refusedFile(of: name) != nil) != isRefused { breathe() }
            #expect((lines.refusedFile(of: name) != nil) == isRefused)
        }
        try FileSystem.writeAtomically("return {".utf8.span, to: folder.path + "/a.lua")
        wait(true)
        #expect(lines.refusedFile(of: name)?.reason.hasPrefix("a.lua:") == true)
        try FileSystem.writeAtomically(source("a", "1").utf8.span, to: folder.path + "/a.lua")
        wait(false)
        try FileSystem.writeAtomically("return 1".utf8.span, to: folder.path + "/a.lua")
        wait(true)
        try FileSystem.remove(folder.path + "/a.lua")
        wait(false)
    }

    @Test("a folder that is not there is no trouble, nor a stop")
    func absent() throws {
        let workshop = try RuleWorkshop(limits: Limits())
        defer { workshop.stop() }
        let watched = PluginFolder(
            path: "/nowhere/at/all", workshop: workshop, lines: RuleLog(),
            ledger: TakenSources(), clock: SystemClock(),
            log: Log(level: .error, format: .text, clock: SystemClock(), sink: LostLines()))
        try watched.start()
        watched.stop()
    }
}
