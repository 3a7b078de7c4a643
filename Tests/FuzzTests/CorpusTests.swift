import FuzzTargets
import Glibc
import TestSupport
import Testing

/// Every input that was ever worth keeping still holds its property.
@Suite("Fuzzed inputs", .timeLimit(.minutes(3))) struct CorpusTests {
    @Test(arguments: FuzzTarget.all.map(\.name)) func thereAreInputs(target: String) {
        #expect(Corpus.files(of: target).count >= 10)
    }

    @Test(arguments: Corpus.all) func holds(input: Corpus.Input) throws {
        let target = try #require(FuzzTarget.named(input.target))
        let finding = target.finding(Corpus.bytes(of: input.path))
        #expect(finding == nil)
    }

    /// No input at all, and one byte of each.
    @Test(arguments: FuzzTarget.all.map(\.name)) func theShortestInputs(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        #expect(target.finding([]) == nil)
        for byte in UInt8.min ... .max { #expect(target.finding([byte]) == nil, "\(byte)") }
    }

    /// The same for inputs near those of the corpus, without the fuzzer: what reads the network.
    @Test(arguments: ["http", "websocket", "resp", "json"]) func nearbyInputs(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        var generator = SeededGenerator(seed: 1)
        func random(_ bound: Int) -> Int { Int(generator.next() % UInt64(max(bound, 1))) }
        let files = Corpus.files(of: name).map(Corpus.bytes)
        for _ in 0..<2_000 {
            var bytes = files[random(files.count)]
            for _ in 0...random(3) where !bytes.isEmpty {
                let place = random(bytes.count)
                switch random(4) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random(256))
                case 1: bytes[place] ^= 1 << UInt8(truncatingIfNeeded: random(8))
                case 2: bytes.remove(at: place)
                default:
                    let other = files[random(files.count)]
                    let start = random(other.count)
                    bytes.insert(contentsOf: other[start...].prefix(1 + random(24)), at: place)
                }
            }
            if let finding = target.finding(bytes) { Issue.record("\(finding): \(bytes)") }
        }
    }

    /// The rules that are generated are rules: nearly all of them can be loaded.
    @Test func generatedRulesAreRules() {
        let text = FuzzTarget.text(of: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
        for part in ["pricing", "validate", "eta", "every", "-- given = {"] {
            #expect(text.contains(part))
        }
    }
}

/// The inputs in `Fuzz/corpus`, one file each.
enum Corpus {
    struct Input: Sendable, CustomTestStringConvertible {
        let target: String
        let path: String

        var testDescription: String { path.split(separator: "/").suffix(2).joined(separator: "/") }
    }

    static let all: [Input] = FuzzTarget.all.flatMap { target in
        files(of: target.name).map { Input(target: target.name, path: $0) }
    }

    static func files(of target: String) -> [String] {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = "\(root)/Fuzz/corpus/\(target)"
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var paths: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { paths.append("\(folder)/\(name)") }
        }
        return paths.sorted()
    }

    static func bytes(of path: String) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }
}
