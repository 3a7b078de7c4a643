import Basics
import Synchronization
import Testing

/// Keeps the lines, for looking at.
private final class MemorySink: LogSink {
    private let kept = Mutex<[String]>([])

    func write(_ line: Span<UInt8>) {
        let text = line.validatedText ?? "(not UTF-8)"
        kept.withLock { $0.append(text) }
    }

    var lines: [String] { kept.withLock { $0 } }
}

private struct FixedClock: Clock {
    var milliseconds: Int64 = 1_795_183_389_123
    func wallMilliseconds() -> Int64 { milliseconds }
    func monotonicNanoseconds() -> UInt64 { 0 }
}

@Suite struct LogTests {
    private func line(
        _ format: LogFormat, level: LogLevel = .info, at milliseconds: Int64 = 1_795_183_389_123,
        _ message: String, _ fields: LogFields = [:]
    ) -> String {
        var buffer = ByteBuffer()
        format.append(
            level: level, milliseconds: milliseconds, message: message, fields: fields, to: &buffer)
        return buffer.bytes.validatedText ?? ""
    }

    @Test func shapes() {
        let fields: LogFields = ["tcp": "127.0.0.1:7400", "note": "two words", "n": 7, "ok": true]
        #expect(
            line(.text, "listening", fields)
                == "2026-11-20T14:03:09.123Z info    listening tcp=127.0.0.1:7400 "
                + "note=\"two words\" n=7 ok=true\n")
        #expect(
            line(.journal, level: .warning, "listening", ["n": -1]) == "<4>listening n=-1\n")
        #expect(
            line(.json, level: .error, "listening", fields)
                == "{\"time\":\"2026-11-20T14:03:09.123Z\",\"level\":\"error\","
                + "\"message\":\"listening\",\"tcp\":\"127.0.0.1:7400\","
                + "\"note\":\"two words\",\"n\":7,\"ok\":true}\n")
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (Int64.max, "9999-12-31T23:59:59.999Z"), (Int64.min, "0000-01-01T00:00:00.000Z"),
    ])
    func times(milliseconds: Int64, text: String) {
        #expect(line(.text, at: milliseconds, "x").hasPrefix(text))
    }

    @Test func nothingForgesASecondRecord() {
        let hostile = "a\nb\r\"c\\\u{0}\u{1b}[31m\u{7f}é"
        #expect(
            line(.journal, "x", ["v": .text(hostile)])
                == "<6>x v=\"a\\nb\\r\\\"c\\\\\\u0000\\u001b[31m\\u007fé\"\n")
        #expect(line(.journal, "x\n<3>fake", ["k\n": ""]) == "<6>x\\n<3>fake k\\n=\"\"\n")
        #expect(line(.json, "x\n", ["k\"": .text(hostile)]).filter(\.isNewline).count == 1)
    }

    @Test func levelCanChangeWhileRunning() {
        let sink = MemorySink()
        let log = Log(level: .info, format: .journal, clock: FixedClock(), sink: sink)
        log.debug("hidden")
        log.level = .debug
        log.debug("seen")
        log.level = .error
        log.warning("hidden")
        log.error("last")
        #expect(sink.lines == ["<7>seen\n", "<3>last\n"])
    }

    @Test func aRecordBelowTheLevelIsNotBuilt() {
        let log = Log(level: .error, format: .text, clock: FixedClock(), sink: MemorySink())
        var built = 0
        func message() -> String {
            built += 1
            return "x"
        }
        log.info(message(), ["k": .text(message())])
        #expect(built == 0)
    }

    @Test func threadsDoNotMixLines() async {
        let sink = MemorySink()
        let log = Log(level: .info, format: .journal, clock: FixedClock(), sink: sink)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask { for _ in 0..<100 { log.info("w", ["n": .number(worker)]) } }
            }
        }
        #expect(sink.lines.count == 400)
        #expect(sink.lines.allSatisfy { $0.utf8.count == 9 && $0.hasPrefix("<6>w n=") })
    }

    @Test func secretsStayHidden() {
        let secret = Redacted("hunter2")
        #expect("\(secret)" == "(redacted)")
        #expect(String(reflecting: secret) == "(redacted)")
        var dumped = ""
        dump([secret], to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(secret.revealed == "hunter2")
        #expect(secret == Redacted("hunter2"))
        #expect(secret != Redacted("hunter3"))
        #expect(secret != Redacted("hunter"))
    }

    @Test func hugeNumbersBecomeText() {
        #expect(LogValue.number(UInt64.max) == .text("18446744073709551615"))
        #expect(LogLevel(name: "warning") == .warning)
        #expect(LogLevel(name: "loud") == nil)
    }
}
