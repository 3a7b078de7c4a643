import Basics
import Domain
import Storage
import TestSupport
import Testing

/// Whatever bytes come from the disk, reading ends in a value or in an error.
@Suite("Damaged stored values") struct DamageTests {
    @Test(arguments: CodecCase.all) func everyTruncation(_ sample: CodecCase) {
        for count in 0..<sample.bytes.count {
            let cut = Array(sample.bytes[..<count])
            // A cut between two fields can be a shorter valid value; it must then be a stable one.
            if let again = try? sample.again(cut) {
                #expect(again.count <= count || (try? sample.again(again)) == again)
            }
        }
        #expect(throws: DecodingError.self) { try sample.again([]) }
    }

    @Test(arguments: CodecCase.all) func everyByteChanged(_ sample: CodecCase) {
        var bytes = sample.bytes
        for index in bytes.indices {
            let original = bytes[index]
            for change: UInt8 in [1, 2, 4, 8, 16, 32, 64, 128, 0x7f, 0xff] {
                bytes[index] = original ^ change
                read(sample, bytes)
            }
            bytes[index] = original
        }
    }

    @Test(arguments: CodecCase.all) func randomBytes(_ sample: CodecCase) {
        var random = SeededGenerator(seed: 0x5eed)
        for _ in 0..<300 {
            let count = Int(random.next() % 64)
            var bytes: [UInt8] = [1]
            for _ in 0..<count { bytes.append(UInt8(truncatingIfNeeded: random.next() >> 32)) }
            read(sample, bytes)
        }
        // Valid fields in new surroundings: a piece cut out, moved or repeated.
        for _ in 0..<300 {
            var bytes = sample.bytes
            let from = Int(random.next() % UInt64(bytes.count))
            let to = from + Int(random.next() % UInt64(bytes.count - from))
            let place = Int(random.next() % UInt64(bytes.count))
            bytes.insert(contentsOf: sample.bytes[from..<to], at: place)
            if random.next() % 2 == 0 { bytes.removeSubrange(from..<to) }
            read(sample, bytes)
        }
    }

    @Test func newerSchemaIsNamed() {
        for sample in CodecCase.all {
            var bytes = sample.bytes
            bytes[0] = 2
            #expect(throws: DecodingError.newerSchema(2)) { try sample.again(bytes) }
            bytes[0] = 0
            #expect(throws: DecodingError.malformed("schema number 0")) { try sample.again(bytes) }
        }
    }

    @Test(arguments: [
        ("a scalar twice", [1, 0x08, 1, 0x08, 1]),
        ("fields out of order", [1, 0x10, 1, 0x08, 1]),
        ("field number 0", [1, 0x00, 1]),
        ("a group's wire type", [1, 0x0b]),
        ("a 32-bit wire type", [1, 0x0d, 0, 0, 0, 0]),
        ("bytes for a number", [1, 0x0a, 1, 1]),
        ("a number beyond 63 bits", [1, 0x08] + [UInt8](repeating: 0xff, count: 9) + [1]),
        ("a varint without end", [1, 0x08] + [UInt8](repeating: 0xff, count: 11)),
        ("a length beyond the end", [1, 0x42, 0x03, 0x43, 0x52]),
        ("not a currency", [1, 0x42, 0x02, 0x63, 0x72]),
        ("a field number beyond 29 bits", [1, 0x80, 0x80, 0x80, 0x80, 0x10, 1]),
    ]) func malformedStock(_ name: String, _ bytes: [UInt8]) {
        #expect(throws: DecodingError.self, "\(name)") {
            try StockCodec.decode(bytes.span, key: StockKey(station: .init(1), item: .init(1)))
        }
    }

    @Test func totalsBeyond63Bits() {
        var trade = Samples.trade
        trade.lines = [TradeLine(item: .init(1), quantity: .max, unitPrice: 2, lineTotal: 0)]
        expectMalformed(trade)
        let half = TradeLine(item: .init(1), quantity: .max, unitPrice: 1, lineTotal: 0)
        trade.lines = [half, half]
        expectMalformed(trade)
    }

    private func expectMalformed(_ trade: Trade) {
        let bytes = encoded { TradeCodec.encode(trade, into: &$0) }
        #expect(throws: DecodingError.malformed("a total beyond 63 bits")) {
            try TradeCodec.decode(bytes.span, key: trade.key)
        }
    }

    /// Reads bytes of which nothing is known; what is read can be written and read again.
    private func read(_ sample: CodecCase, _ bytes: [UInt8]) {
        guard let again = try? sample.again(bytes) else { return }
        #expect((try? sample.again(again)) == again)
    }
}
