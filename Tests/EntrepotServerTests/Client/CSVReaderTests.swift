import Basics
import EntrepotServer
import Testing

@Suite struct CSVReaderTests {
    /// All records of `text`, shown `step` bytes at a time.
    private func read(_ text: [UInt8], step: Int, limit: Int = 1 << 20) -> [CSVReader.Outcome] {
        var reader = CSVReader(maximumRecordBytes: limit)
        var bytes = ByteBuffer()
        var shown = 0
        var offset = 0
        var outcomes: [CSVReader.Outcome] = []
        while true {
            let outcome = reader.next(bytes, at: &offset, isLast: shown == text.count)
            switch outcome {
            case .end: return outcomes
            case .needMore:
                if shown == text.count {
                    Issue.record("asks for more at the end")
                    return outcomes
                }
                let end = min(shown + step, text.count)
                bytes.append(Array(text[shown..<end]))
                shown = end
            case .record, .bad: outcomes.append(outcome)
            }
        }
    }

    private func expect(
        _ text: String, limit: Int = 1 << 20, _ wanted: [CSVReader.Outcome],
        _ location: SourceLocation = #_sourceLocation
    ) {
        for step in [1, 2, 3, 7, 1_000] {
            let found = read(Array(text.utf8), step: step, limit: limit)
            #expect(found == wanted, "in steps of \(step)", sourceLocation: location)
        }
    }

    @Test(arguments: [
        ("a,b\nc,d\n", [["a", "b"], ["c", "d"]]), ("a,b\r\nc,d", [["a", "b"], ["c", "d"]]),
        ("a,\n,b", [["a", ""], ["", "b"]]), ("a,", [["a", ""]]), ("\"a\"", [["a"]]),
        ("\"a,b\",\"c\"\"d\"\n", [["a,b", "c\"d"]]), ("\"\",x\r\n", [["", "x"]]),
        ("a\n\n\r\n\nb\n", [["a"], ["b"]]), ("\u{feff}a,b\n", [["a", "b"]]), ("", []),
        ("\"one\r\ntwo\",x\n", [["one\r\ntwo", "x"]]), ("ä,€\n", [["ä", "€"]]),
        (" a , b ", [[" a ", " b "]]),
    ]) func goodRecords(text: String, fields: [[String]]) {
        for step in [1, 2, 5, 1_000] {
            let found = read(Array(text.utf8), step: step).map { outcome -> [String] in
                if case .record(let fields, _) = outcome { return fields }
                return ["bad: \(outcome)"]
            }
            #expect(found == fields, "in steps of \(step)")
        }
    }

    @Test func linesAreCounted() {
        expect(
            "a\n\"b\nc\"\n\nd\n",
            [.record(["a"], line: 1), .record(["b\nc"], line: 2), .record(["d"], line: 5)])
    }

    @Test func badRecordsCostOneLine() {
        let quote = "has a quote inside a field that is not in quotes"
        expect("a\"b\nc\n", [.bad(quote, line: 1, raw: "a\"b"), .record(["c"], line: 2)])
        expect(
            "\"a\"b,c\r\nd\n",
            [
                .bad("has text behind a closing quote", line: 1, raw: "\"a\"b,c"),
                .record(["d"], line: 2),
            ])
        expect(
            "a\rb\nc\n",
            [
                .bad("has a carriage return without a line feed", line: 1, raw: "a\rb"),
                .record(["c"], line: 2),
            ])
        expect(
            "x,\"a\nb\nc",
            [
                .bad("has a quote that is not closed", line: 1, raw: "x,\"a"),
                .record(["b"], line: 2), .record(["c"], line: 3),
            ])
    }

    @Test func bytesThatAreNoText() {
        let outcomes = read([0x61, 0xff, 0x0a, 0x62], step: 1)
        #expect(outcomes.count == 2)
        #expect(outcomes.last == .record(["b"], line: 2))
        guard case .bad("is not valid UTF-8", line: 1, _) = outcomes.first else {
            Issue.record("\(outcomes)")
            return
        }
    }

    @Test func longRecordsAreSteppedOver() {
        let long = String(repeating: "x", count: 50)
        for text in ["\(long)\nb\n", "\"\(long)\nb\n"] {
            for step in [1, 4, 1_000] {
                let outcomes = read(Array(text.utf8), step: step, limit: 20)
                #expect(outcomes.last == .record(["b"], line: 2), "in steps of \(step)")
                guard case .bad("is longer than 20 bytes", line: 1, let raw) = outcomes.first
                else {
                    Issue.record("\(outcomes)")
                    continue
                }
                #expect(raw.utf8.count <= 20)
            }
        }
    }

    @Test func writtenRecordsReadBack() {
        let fields = ["plain", "", "a,b", "say \"so\"", "two\nlines", "cr\r\nlf", " blank "]
        var bytes = ByteBuffer()
        bytes.appendCSV(fields)
        #expect(read(bytes.array, step: 3) == [.record(fields, line: 1)])
    }
}
