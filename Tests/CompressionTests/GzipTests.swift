import Basics
import Compression
import Testing

struct GzipTests {
    private static let json = Array(
        #"{"station":"luna-1","items":[{"item":"water","on_hand":5,"reserved":0}]}"#.utf8)

    /// Bytes that cannot be made smaller, the same in every run.
    private static func noise(_ count: Int) -> [UInt8] {
        var state: UInt64 = 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test(arguments: [1, 6, 9, -5, 100], [0, 1, 2, 100, 1_024, 70_000, 1_000_000])
    func comesBack(level: Int, count: Int) throws {
        var encoder = try GzipEncoder(level: level)
        let text = (0..<count).map { Self.json[$0 % Self.json.count] }
        for bytes in [text, Self.noise(count)] {
            let packed = try encoder.compress(bytes)
            #expect(packed.starts(with: [0x1f, 0x8b, 8]))
            #expect(try GzipDecoder.decompress(packed, maximumBytes: count) == bytes)
        }
        #expect(try count < 1_000 || encoder.compress(text).count < count / 10)
    }

    /// The memory that is used again keeps nothing of the text before.
    @Test func everyTextIsAMemberOfItsOwn() throws {
        var encoder = try GzipEncoder()
        let first = try encoder.compress(Self.json)
        _ = try encoder.compress(Self.noise(10_000))
        #expect(try encoder.compress(Self.json) == first)
    }

    @Test func appendsBehindWhatIsThere() throws {
        var encoder = try GzipEncoder()
        var buffer = ByteBuffer()
        buffer.append("head" as StaticString)
        try encoder.append(Self.json.span, to: &buffer)
        let bytes = buffer.array
        #expect(bytes.starts(with: "head".utf8))
        #expect(
            try GzipDecoder.decompress(Array(bytes.dropFirst(4)), maximumBytes: 1_000)
                == Self.json)
    }

    @Test func refusesWhatIsNotOneWholeMember() throws {
        var encoder = try GzipEncoder()
        let packed = try encoder.compress(Self.json)
        for count in 0..<packed.count {
            #expect(throws: CompressionError.self) {
                try GzipDecoder.decompress(Array(packed[..<count]), maximumBytes: 1_000)
            }
        }
        #expect(throws: CompressionError.self) {
            try GzipDecoder.decompress(packed + [0], maximumBytes: 1_000)
        }
        for index in [0, 2, 12, packed.count - 8, packed.count - 1] {
            var broken = packed
            broken[index] ^= 0x10
            #expect(throws: CompressionError.self) {
                try GzipDecoder.decompress(broken, maximumBytes: 1_000)
            }
        }
    }

    /// A small text that stands for a large one is read no further than asked.
    @Test func neverMoreThanTheMaximum() throws {
        var encoder = try GzipEncoder(level: 9)
        let bomb = try encoder.compress([UInt8](repeating: 0, count: 4 << 20))
        #expect(bomb.count < 8_192)
        #expect(throws: CompressionError.tooLarge) {
            try GzipDecoder.decompress(bomb, maximumBytes: 1_000)
        }
        #expect(try GzipDecoder.decompress(bomb, maximumBytes: 4 << 20).count == 4 << 20)
        #expect(throws: CompressionError.tooLarge) {
            try GzipDecoder.decompress(bomb, maximumBytes: 4 << 20 - 1)
        }
    }
}
