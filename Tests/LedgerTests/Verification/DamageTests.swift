import Basics
import Domain
import RocksDB
import Storage
import System
import Testing

@testable import Ledger

/// Damage to the files of a closed store: it is refused, or named by verification, or without
/// consequence. It is never passed over.
@Suite struct DamageTests {
    enum FileKind: String, CaseIterable {
        case log, table, manifest

        func matches(_ name: String) -> Bool {
            switch self {
            case .log: name.hasSuffix(".log")
            case .table: name.hasSuffix(".sst")
            case .manifest: name.hasPrefix("MANIFEST-")
            }
        }
    }

    enum Harm: String, CaseIterable {
        case flip, truncate, zero
    }

    static let cases: [(FileKind, Harm, UInt64)] = FileKind.allCases.flatMap { kind in
        Harm.allCases.flatMap { harm in
            (0..<(harm == .flip ? 5 : 2)).map { (kind, harm, UInt64($0)) }
        }
    }

    /// Harms one file, chosen and harmed by the seed.
    private func harm(
        _ folder: TestFolder, _ kind: FileKind, _ harm: Harm, seed: UInt64
    ) throws -> String {
        let database = folder.path + "/db"
        let names = try FileSystem.list(database).filter(kind.matches).filter {
            try FileSystem.size(of: database + "/" + $0) > 100
        }
        func random(_ salt: UInt64, below limit: Int) -> Int {
            Int(FastHash.mix(seed &* 31 &+ salt) % UInt64(max(limit, 1)))
        }
        let name = try #require(names.isEmpty ? nil : names[random(1, below: names.count)])
        let path = database + "/" + name
        var bytes = try FileSystem.read(path).array
        let place = random(2, below: bytes.count)
        switch harm {
        case .flip: bytes[place] ^= 1 << UInt8(random(3, below: 8))
        case .truncate: bytes.removeLast(bytes.count - place)
        case .zero: for index in place..<min(place + 64, bytes.count) { bytes[index] = 0 }
        }
        try FileSystem.writeAtomically(bytes.span, to: path)
        return "\(name) \(harm) at \(place)"
    }

    /// What the unharmed store has.
    private struct Whole: Sendable {
        let seq: UInt64
        let digest: Digest128
    }

    private static let whole: Result<Whole, any Error> = Result {
        let original = try MarketHistory.make()
        let report = try Verification.run(directory: original.path, options: options)
        try #require(report.isClean)
        return Whole(seq: report.seq, digest: report.digest)
    }

    private static var options: StoreOptions {
        var options = StoreOptions()
        options.blockCacheBytes = 1 << 20
        options.writeBufferBytes = 1 << 20
        return options
    }

    private enum Outcome {
        case refused
        case problems
        case clean(VerificationReport)
    }

    private func verified(_ folder: TestFolder) throws -> Outcome {
        do throws(StorageError) {
            let report = try Verification.run(directory: folder.path, options: Self.options)
            return report.isClean ? .clean(report) : .problems
        } catch { return .refused }
    }

    @Test(arguments: cases)
    func damageIsNeverPassedOver(kind: FileKind, harm: Harm, seed: UInt64) throws {
        let whole = try Self.whole.get()
        let folder = try MarketHistory.make(flushed: kind == .table)
        let what = Comment(rawValue: try self.harm(folder, kind, harm, seed: seed))
        let outcome = try verified(folder)
        if case .clean(let report) = outcome {
            #expect(report.seq == whole.seq, what)
            #expect(report.digest == whole.digest, what)
        }
        try checkSalvage(folder, whole, what)
        // A start may find less than verification, and must not serve less than the mark.
        do throws(StorageError) {
            let store = try Store(directory: folder.path, options: Self.options)
            #expect(store.writeSet.head.seq == whole.seq, what)
        } catch { #expect(!error.message.isEmpty, what) }
    }

    /// Damage in front of the mark: what was lost is named, what is left is checked.
    @Test func lostEventsAreNamed() throws {
        let whole = try Self.whole.get()
        let folder = try MarketHistory.make()
        let names = try FileSystem.list(folder.path + "/db").filter(FileKind.log.matches)
        let name = try #require(names.sorted().last)
        let path = folder.path + "/db/" + name
        var bytes = try FileSystem.read(path).array
        bytes[bytes.count / 2] ^= 0x10
        try FileSystem.writeAtomically(bytes.span, to: path)
        let report = try Verification.run(directory: folder.path, options: Self.options)
        let problem = try #require(report.problems.first { $0.kind == .database })
        let text = "to \(whole.seq) (the mark) cannot be read"
        #expect(problem.detail.contains(text), "\(problem.detail)")
        let last = try #require(problem.seq) - 1
        #expect(last > 5 && last < whole.seq)
        #expect(report.seq == last)
        #expect(report.events == Int(last))
        // Nothing else is wrong with what is left.
        #expect(report.problems.allSatisfy { $0.kind == .database || $0.kind == .mark })
        do throws(StorageError) {
            _ = try Store(directory: folder.path, options: Self.options)
            Issue.record("the store opened")
        } catch {
            #expect(error.message.contains("events \(last + 1) \(text)"), "\(error.message)")
        }
    }

    /// What salvage copies is whole, and what it does not copy it names.
    private func checkSalvage(
        _ folder: TestFolder, _ whole: Whole, _ what: Comment
    ) throws {
        let target = folder.path + "-salvaged"
        defer { try? FileSystem.removeTree(target) }
        let outcome: Salvage.Outcome
        do throws(StorageError) {
            outcome = try Salvage.run(from: folder.path, to: target, options: Self.options)
        } catch {
            #expect(!error.message.isEmpty, what)
            #expect(try FileSystem.kind(of: target) == nil, what)
            return
        }
        #expect(outcome.known == whole.seq, what)
        #expect(outcome.lost?.upperBound ?? whole.seq == whole.seq, what)
        let report = try Verification.run(directory: target, options: Self.options)
        #expect(report.problems.isEmpty, what)
        #expect(report.seq == outcome.copied, what)
        if outcome.copied == whole.seq { #expect(report.digest == whole.digest, what) }
    }
}
