import Basics
import Domain
import Glibc
import JSON
import RocksDB
import Storage
import Synchronization
import Testing

@testable import Ledger

/// A clock that stands still until it is told to move.
final class TestClock: Clock {
    private let milliseconds = Atomic<Int64>(1_795_000_000_000)

    func wallMilliseconds() -> Int64 { milliseconds.load(ordering: .relaxed) }

    func monotonicNanoseconds() -> UInt64 {
        UInt64(milliseconds.load(ordering: .relaxed)) * 1_000_000
    }

    func advance(milliseconds step: Int64) {
        milliseconds.wrappingAdd(step, ordering: .relaxed)
    }
}

/// A folder of its own that goes with the object.
final class TestFolder {
    let path: String

    init() throws {
        // In memory where the system has such a place: a store's opening waits for the disk.
        let parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/entrepot-test-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        path = try #require(made)
    }

    deinit { TestFolder.remove(path) }

    private static func remove(_ path: String) {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                remove(path + "/" + name)
            }
            closedir(folder)
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// A whole ledger over a temporary store, driven by lines as a client would type them.
///
/// Every write is durable when its call returns, so that reads see it. One thread only.
final class TestLedger {
    let folder: TestFolder
    let clock: TestClock
    let ledger: Ledger

    /// - Parameter folder: reopens what an earlier ledger left.
    init(folder: TestFolder? = nil, clock: TestClock = TestClock()) throws {
        let folder = try folder ?? TestFolder()
        self.folder = folder
        self.clock = clock
        var storeOptions = StoreOptions()
        storeOptions.syncPolicy = .off
        storeOptions.blockCacheBytes = 8 << 20
        storeOptions.writeBufferBytes = 1 << 20
        var options = LedgerOptions()
        options.syncPolicy = .off
        options.markIntervalMilliseconds = 1_000
        // A test must not depend on the disk of the machine.
        options.limits.freeSpaceFloorBytes = 0
        options.limits.freeSpaceFloorPercent = 0
        options.random = FakeHashes.random()
        let store = try Store(directory: folder.path, options: storeOptions)
        ledger = try Ledger(
            store: store, options: options, clock: clock, wake: {},
            fail: { Issue.record("the ledger failed: \($0)") })
        settle()
    }

    deinit { try? ledger.stop() }

    /// Waits until everything written so far is durable.
    func settle() {
        ledger.closeGroup()
        while ledger.hasUndurable {
            ledger.collectDurable()
            // The group may have been left open because the disk was busy.
            ledger.closeGroup()
            if ledger.hasUndurable { usleep(100) }
        }
    }

    /// The view and all else that a read has.
    func context(_ caller: Caller = .local) -> ReadContext { ledger.durableContext(caller) }

    /// Runs one command.
    ///
    /// - Parameter line: words separated by single spaces; an underscore in a word stands for none.
    @discardableResult
    func run(_ line: String, as caller: Caller = .local) -> Answer {
        var words = ArgumentVector()
        for word in line.split(separator: " ") { words.append(String(word)) }
        let reply = Reply()
        do throws(CommandError) {
            let spec = try CommandTable.find(words)
            switch spec.handler {
            case .write:
                var texts: [[UInt8]] = []
                for index in 0..<words.count { texts.append(words[index].array) }
                try FakeHashes.prepare(ledger, spec, texts, caller)
                ledger.execute(
                    spec, words, caller: caller, options: WriteOptions(), reply: reply)
                settle()
            case .read:
                ledger.read(spec, words, caller: caller, isBehindWrites: false, reply: reply)
            case .session, .feature:
                throw CommandError(.err, "\(spec.name) is answered by the edge")
            }
        } catch { reply.value = .error(error) }
        return Answer(reply)
    }

    /// Runs commands that must succeed.
    func setUp(_ lines: [String]) {
        for line in lines {
            let answer = run(line)
            if let error = answer.error { Issue.record("\(line): \(error)") }
        }
    }

    /// Two open stations, two items with prices, and stock at the first station.
    func setUpMarket() {
        setUp([
            "STATION ADD luna AT 0 0 0", "STATION ADD mars AT 3 4 0", "STATION ADD vega",
            "ITEM ADD water NAME Water CATEGORY fluids PRICE 12.50 CR MASS 1 VOLUME 0.001",
            "ITEM ADD ore PRICE 3 CR", "INVENTORY ADD luna water 1000",
            "INVENTORY ADD luna ore 500 REASON mined",
        ])
    }
}

/// What a command answered.
struct Answer: CustomStringConvertible {
    let value: ReplyValue
    /// The JSON text of a record.
    let text: String

    init(_ reply: Reply) {
        value = reply.value
        text = reply.body.bytes.validatedText ?? "not text"
    }

    var error: String? {
        if case .error(let error) = value { return "\(error.code.rawValue) \(error.message)" }
        return nil
    }

    var code: ErrorCode? {
        if case .error(let error) = value { return error.code }
        return nil
    }

    var isNull: Bool {
        if case .null = value { return true }
        return false
    }

    var integer: Int64? {
        if case .integer(let number) = value { return number }
        return nil
    }

    /// The record as a tree; an error or null is recorded as a failure.
    func json(_ location: SourceLocation = #_sourceLocation) -> JSONValue {
        guard case .record = value else {
            Issue.record("no record but \(self)", sourceLocation: location)
            return .null
        }
        do { return try JSONReader.parse(text.utf8.span) } catch {
            Issue.record("\(text) is no JSON: \(error)", sourceLocation: location)
            return .null
        }
    }

    /// The members named `key` of the items of a page.
    func items(_ key: String) -> [String] {
        guard case .array(let items)? = json()["items"] else { return [] }
        return items.map { $0[key]?.shortText ?? "nil" }
    }

    var description: String {
        if case .record = value { return text }
        return error ?? "\(value)"
    }
}

extension JSONValue {
    /// A scalar without quotes, anything else as JSON.
    var shortText: String {
        if let string { return string }
        var buffer = ByteBuffer()
        append(to: &buffer)
        return buffer.bytes.validatedText ?? "not text"
    }

    /// The value behind a path such as `trades.open`; an index counts in an array.
    func at(_ path: String) -> String {
        var value: JSONValue = self
        for part in path.split(separator: ".") {
            let next: JSONValue? =
                if let index = Int(part), let array = value.array {
                    index < array.count ? array[index] : nil
                } else { value[String(part)] }
            guard let next else { return "no \(part)" }
            value = next
        }
        return value.shortText
    }
}
