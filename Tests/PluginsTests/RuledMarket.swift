import Basics
import Domain
import Glibc
import JSON
import Ledger
import Plugins
import Storage
import Synchronization
import Testing

/// A machine's two clocks, which stand still until they are moved.
final class HandClock: Clock {
    private let milliseconds = Atomic<Int64>(1_795_000_000_000)

    func wallMilliseconds() -> Int64 { milliseconds.load(ordering: .relaxed) }

    func monotonicNanoseconds() -> UInt64 {
        UInt64(milliseconds.load(ordering: .relaxed)) * 1_000_000
    }

    func advance(seconds: Int64) {
        milliseconds.wrappingAdd(seconds * 1_000, ordering: .relaxed)
    }
}

/// A folder of its own that goes with the object.
final class Folder {
    let path: String

    init() throws {
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/entrepot-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit { Folder.remove(path) }

    private static func remove(_ path: String) {
        guard let folder = opendir(path) else {
            unlink(path)
            return
        }
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { remove(path + "/" + name) }
        }
        closedir(folder)
        rmdir(path)
    }
}

/// A ledger over a temporary store, with rules in force. One thread only.
final class RuledMarket {
    let folder: Folder
    let clock: HandClock
    let ledger: Ledger
    let rules: LiveRules
    let workshop: RuleWorkshop
    private var isClosed = false

    /// - Parameter folder: reopens what an earlier market left, as a server does.
    init(
        folder: Folder? = nil, clock: HandClock = HandClock(), limits: Limits = Limits()
    ) throws {
        let folder = try folder ?? Folder()
        self.folder = folder
        self.clock = clock
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 1 << 20
        var options = LedgerOptions()
        options.syncPolicy = .off
        options.markIntervalMilliseconds = 1_000
        options.limits = limits
        options.limits.freeSpaceFloorBytes = 0
        options.limits.freeSpaceFloorPercent = 0
        ledger = try Ledger(
            store: try Store(directory: folder.path, options: storeOptions), options: options,
            clock: clock, wake: {}, fail: { Issue.record("the ledger failed: \($0)") })
        workshop = try RuleWorkshop(limits: limits)
        rules = LiveRules(
            workshop: workshop, names: ledger.state.names, clock: clock, limits: limits)
        let view = ledger.durableView
        rules.start(Array(ledger.state.plugins.values)) { digest in
            (try? view.pluginVersion(digest)).flatMap { $0 }
        }
        ledger.rules = rules
        settle()
    }

    deinit { close() }

    /// Ends the ledger; its folder may then be opened.
    func close() {
        if isClosed { return }
        isClosed = true
        try? ledger.stop()
        workshop.stop()
    }

    /// Stations, items and stock.
    func setUp() {
        for line in [
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0", "STATION ADD vega",
            "ITEM ADD water PRICE 10.00 CR MASS 1 VOLUME 0.001", "ITEM ADD ore PRICE 3 CR",
            "INVENTORY ADD luna water 100000", "INVENTORY ADD luna ore 5000",
            "INVENTORY ADD mars ore 5000",
        ] { #expect(run(line).error == nil) }
    }

    func settle() {
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            ledger.closeGroup()
            if ledger.hasUndurable { usleep(50) }
        }
    }

    /// Loads a plugin as the command does, its check first, and sets its mode.
    func load(_ source: String, name: String = "rule", mode: String? = "live") {
        let check = workshop.check(source, file: name, expectedName: Identifier(name))
        #expect(check.failures == [])
        let answer = run(["PLUGIN", "LOAD", name, source])
        #expect(answer.error == nil)
        if let mode {
            #expect(run("PLUGIN MODE \(name) \(mode)").error == nil)
        }
    }

    @discardableResult
    func run(_ line: String, isDryRun: Bool = false) -> RuledAnswer {
        run(line.split(separator: " ").map(String.init), isDryRun: isDryRun)
    }

    @discardableResult
    func run(_ words: [String], isDryRun: Bool = false) -> RuledAnswer {
        var request = ArgumentVector()
        for word in words { request.append(word) }
        let reply = Reply()
        do throws(CommandError) {
            let spec = try CommandTable.find(request)
            switch spec.handler {
            case .write:
                var options = WriteOptions()
                options.isDryRun = isDryRun
                ledger.execute(spec, request, caller: .local, options: options, reply: reply)
                settle()
            case .read:
                ledger.read(
                    spec, request, caller: .local, isBehindWrites: false, reply: reply)
            default: throw CommandError(.err, "answered elsewhere")
            }
        } catch { reply.value = .error(error) }
        return RuledAnswer(reply)
    }

    func multi(_ lines: [String]) -> RuledAnswer {
        let requests = lines.map { line in
            line.split(separator: " ").map { Array($0.utf8) }
        }
        let reply = Reply()
        ledger.executeTransaction(requests, caller: .local, reply: reply)
        settle()
        return RuledAnswer(reply)
    }

    /// The types of the last events, oldest first.
    func lastEvents(_ count: Int) -> [String] {
        let view = ledger.durableView
        let head = view.head.seq
        return (0..<UInt64(count)).reversed().compactMap { back in
            (try? view.event(head - back)).flatMap { $0 }.map { "\($0.type.name)" }
        }
    }

    func figures(_ hook: String, of plugin: String = "rule") -> HookFigures {
        rules.statistics.snapshot(of: Identifier(plugin)).first { $0.key.hook == hook }?.figures
            ?? HookFigures()
    }
}

/// What a command answered.
struct RuledAnswer: CustomStringConvertible {
    let value: ReplyValue
    let text: String

    init(_ reply: Reply) {
        value = reply.value
        text = reply.body.bytes.validatedText ?? ""
    }

    var error: String? {
        if case .error(let error) = value { return "\(error.code.rawValue) \(error.message)" }
        return nil
    }

    /// The value behind a path such as `lines.0.item`, strings without quotes.
    func at(_ path: String) -> String {
        guard var value = try? JSONReader.parse(text.utf8.span) else { return "no JSON: \(self)" }
        for part in path.split(separator: ".") {
            let index = Int(part) ?? -1
            let next =
                value.array.map { $0.indices.contains(index) ? $0[index] : nil }
                ?? value[String(part)]
            guard let next else { return "no \(part)" }
            value = next
        }
        if let string = value.string { return string }
        var buffer = ByteBuffer()
        value.append(to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    var description: String { error ?? (text.isEmpty ? "\(value)" : text) }
}
