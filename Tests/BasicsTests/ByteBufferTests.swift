import Basics
import Testing

@Suite struct ByteBufferTests {
    @Test(
        "numbers come out in decimal",
        arguments: [
            (0, "0"), (7, "7"), (10, "10"), (99, "99"), (100, "100"), (1_234_567, "1234567"),
            (Int64.max, "9223372036854775807"), (-1, "-1"), (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func decimals(number: Int64, text: String) {
        var buffer = ByteBuffer(capacity: 0)
        buffer.append(decimal: number)
        #expect(buffer.array == Array(text.utf8))
    }

    @Test("the largest unsigned number fits") func largest() {
        var buffer = ByteBuffer(capacity: 0)
        buffer.append(decimal: UInt64.max)
        #expect(buffer.array == Array("18446744073709551615".utf8))
    }

    @Test("bytes survive growth, cuts and removal from the front") func growth() {
        var buffer = ByteBuffer(capacity: 0)
        for number in 0..<1_000 { buffer.append(UInt8(truncatingIfNeeded: number)) }
        #expect(buffer.count == 1_000 && buffer.capacity >= 1_000)
        buffer.removeFirst(300)
        buffer.truncate(to: 10)
        #expect(buffer.array == (300..<310).map { UInt8(truncatingIfNeeded: $0) })
        buffer.removeFirst(10)
        #expect(buffer.isEmpty && buffer.array == [])
    }

    @Test("forgetting gives back what is above the size to keep") func forgetting() {
        var buffer = ByteBuffer(capacity: 4_096)
        buffer.append("abc" as StaticString)
        buffer.removeAll()
        #expect(buffer.isEmpty && buffer.capacity == 4_096)
        buffer.removeAll(keeping: 64)
        #expect(buffer.capacity == 64)
    }

    @Test(
        "a copy behind a head",
        arguments: [
            ("", "", 0, ""), ("", "{a}", 0, "{a}"), ("[", "{a}", 1, "[a}"), ("x", "{a}", 3, "x"),
            ("head,", "", 0, "head,"), ("", "abc", 3, ""),
        ])
    func behind(head: String, text: String, start: Int, expected: String) {
        var first = ByteBuffer(capacity: 0)
        first.append(head)
        var second = ByteBuffer(capacity: 0)
        second.append(text)
        #expect(second.array(from: start, behind: first) == Array(expected.utf8))
    }
}
