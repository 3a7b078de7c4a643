import Basics
import RESP
import Testing

@Suite("Requests")
struct RequestParserTests {
    static let streams: [(String, String)] = [
        ("PING\r\n", "[PING]"),
        ("PING\n", "[PING]"),
        ("\r\n\nPING\r\n", "blank | blank | [PING]"),
        ("  \t \r\n", "blank"),
        ("SET k v\r\nGET k\n", "[SET][k][v] | [GET][k]"),
        ("ECHO \"a b\\n\\x00\\xfF\\q\"\n", "[ECHO][a b\\10\\0\\255q]"),
        ("ECHO 'it\\'s \\n'\n", "[ECHO][it's \\n]"),
        ("ECHO a\"b c\"\n", "[ECHO][ab c]"),
        ("ECHO \"\"\n", "[ECHO][]"),
        ("ECHO \"\\x4\"\n", "[ECHO][x4]"),
        ("ECHO \"a\"b\nPING\n", "-SYNTAX | [PING]"),
        ("ECHO \"a\nPING\n", "-SYNTAX | [PING]"),
        ("ECHO 'a\nPING\n", "-SYNTAX | [PING]"),
        ("ECHO \"a\\\nPING\n", "-SYNTAX | [PING]"),
        ("ECHO a\0b\nPING\n", "-SYNTAX | [PING]"),
        ("ECHO a\rb\n", "[ECHO][a][b]"),
        ("*1\r\n$4\r\nPING\r\n", "*[PING]"),
        ("*2\r\n$4\r\nECHO\r\n$0\r\n\r\n", "*[ECHO][]"),
        ("*2\r\n$4\r\nECHO\r\n$4\r\n\r\n\0*\r\n", "*[ECHO][\\13\\10\\0*]"),
        ("*0\r\n*-1\r\n*-9223372036854775808\r\nPING\n", "blank | blank | blank | [PING]"),
        ("*1\r\n$4\r\nPING\r\nPING\n*1\r\n$4\r\nQUIT\r\n", "*[PING] | [PING] | *[QUIT]"),
        ("*1\r\n!4\r\n", "!ERR Protocol error: expected '$', got '!'"),
        ("*1\r\n\r\n", "!ERR Protocol error: expected '$', got '\\x0d'"),
        ("*1\r\n$4\r\nPINGxx", "!ERR Protocol error: expected CRLF behind an argument"),
        ("*1\r\n$4\r\nPING\rx", "!ERR Protocol error: expected CRLF behind an argument"),
        ("*1\n", "!ERR Protocol error: invalid multibulk length"),
        ("*1\rx", "!ERR Protocol error: invalid multibulk length"),
        ("*1\r\n$4\n", "!ERR Protocol error: invalid bulk length"),
        ("*2\r\n$4\r\nPING\r\n", "..."),
        ("GET / HTTP/1.1\r\nHost: x\r\n", "http"),
        ("PING\r\nECHO HTTP/1.1\r\n", "[PING] | [ECHO][HTTP/1.1]"),
        ("PING\nPOST / HTTP/1.1\n", "[PING] | http"),
        ("POST\n", "http"), ("post /x\n", "http"), ("POSTAL x\n", "[POSTAL][x]"),
        ("PING\nhOsT:a\n", "[PING] | http"), ("HOST a\n", "[HOST][a]"),
    ]

    @Test("says the same however the stream is cut in two", arguments: streams)
    func splits(stream: String, expected: String) {
        let bytes = [UInt8](stream.utf8)
        for cut in 0...bytes.count {
            #expect(transcript(of: bytes, cuts: [cut]).description == expected)
        }
    }

    @Test("says the same byte by byte", arguments: streams)
    func byteByByte(stream: String, expected: String) {
        let bytes = [UInt8](stream.utf8)
        #expect(transcript(of: bytes, cuts: Array(0..<bytes.count)).description == expected)
    }

    static let tooLarge = "!LIMIT a request has at most 1024 arguments"
    static let wordTooLarge = "!LIMIT an argument has at most 1048576 bytes"
    static let badCount = "!ERR Protocol error: invalid multibulk length"
    static let badLength = "!ERR Protocol error: invalid bulk length"

    static let numbers: [(String, String, String)] = [
        ("-9223372036854775808", "blank", badLength),
        ("-9223372036854775809", badCount, badLength),
        ("-2", "blank", badLength),
        ("-1", "blank", badLength),
        ("0", "blank", "..."),
        ("1", "...", "..."),
        ("1024", "...", "..."),
        ("1025", tooLarge, "..."),
        ("1048576", tooLarge, "..."),
        ("1048577", tooLarge, wordTooLarge),
        ("2147483647", tooLarge, badLength),
        ("2147483648", badCount, badLength),
        ("4294967295", badCount, badLength),
        ("4294967296", badCount, badLength),
        ("9223372036854775807", badCount, badLength),
        ("9223372036854775808", badCount, badLength),
        ("99999999999999999999999999", badCount, badLength),
        ("+5", badCount, badLength),
        ("05", badCount, badLength),
        ("00", badCount, badLength),
        ("-0", badCount, badLength),
        ("-", badCount, badLength),
        ("--1", badCount, badLength),
        ("1e3", badCount, badLength),
        ("0x10", badCount, badLength),
        (" 5", badCount, badLength),
        ("5 ", badCount, badLength),
        ("", badCount, badLength),
        ("\u{0}", badCount, badLength),
    ]

    @Test("judges every header number", arguments: numbers)
    func headerNumbers(number: String, asCount: String, asLength: String) {
        let count = [UInt8]("*\(number)\r\n".utf8)
        let length = [UInt8]("*2\r\n$\(number)\r\n".utf8)
        let everyByte = Array(0..<length.count)
        // A complete array header of a good count consumes nothing yet.
        #expect(transcript(of: count).description == asCount)
        #expect(transcript(of: count, cuts: Array(0..<count.count)).description == asCount)
        #expect(transcript(of: length).description == asLength)
        #expect(transcript(of: length, cuts: everyByte).description == asLength)
    }

    @Test("survives NUL, CR, LF and others at each position", arguments: streams)
    func mutations(stream: String, expected: String) {
        let bytes = [UInt8](stream.utf8)
        for position in bytes.indices {
            for byte in [0, 10, 13, 34, 36, 42, 255] as [UInt8] {
                var changed = bytes
                changed[position] = byte
                let whole = transcript(of: changed)
                let cut = transcript(of: changed, cuts: Array(0..<changed.count))
                #expect(whole == cut)
            }
        }
    }

    @Test("says the same for random bytes, whole and cut")
    func randomStreams() {
        var state: UInt64 = 7
        let alphabet = [UInt8]("*$0123459-\r\n\r\n\"'\\ aP\0".utf8)
        for _ in 0..<3_000 {
            var bytes: [UInt8] = [UInt8(ascii: "*")]
            for _ in 0..<24 {
                state = FastHash.mix(state &+ 1)
                bytes.append(alphabet[Int(state % UInt64(alphabet.count))])
            }
            #expect(transcript(of: bytes) == transcript(of: bytes, cuts: Array(0..<25)))
        }
    }

    @Test("bounds an inline line exactly")
    func lineLimit() {
        let limit = RequestLimits.standard.lineBytes
        let fits = [UInt8](repeating: 97, count: limit) + [10]
        #expect(transcript(of: fits).lines.first?.utf8.count == limit + 2)
        let over = [UInt8](repeating: 97, count: limit + 1) + [10]
        let expected = "!ERR Protocol error: too big inline request"
        #expect(transcript(of: over).description == expected)
        #expect(transcript(of: Array(over.dropLast())).description == expected)
    }

    @Test("holds back what has not logged in")
    func beforeLogin() {
        let limits = RequestLimits.beforeLogin
        let many = transcript(of: Array("*11\r\n".utf8), limits: limits)
        #expect(many.description == "!ERR Protocol error: unauthenticated multibulk length")
        let long = transcript(of: Array("*2\r\n$16385\r\n".utf8), limits: limits)
        #expect(long.description == "!ERR Protocol error: unauthenticated bulk length")
        let words = transcript(of: Array("a b c d e f g h i j k\nPING\n".utf8), limits: limits)
        #expect(words.description == "-LIMIT | [PING]")
        let fits = transcript(of: Array("a b c d e f g h i j\n".utf8), limits: limits)
        #expect(fits.lines.count == 1)
    }

    @Test("bounds the whole request")
    func requestLimit() {
        var limits = RequestLimits.standard
        limits.requestBytes = 40
        let stream = "*3\r\n$10\r\n0123456789\r\n$10\r\n0123456789\r\n$1\r\na\r\n"
        #expect(
            transcript(of: Array(stream.utf8), limits: limits).description
                == "!LIMIT a request has at most 40 bytes")
    }

    @Test("takes a large word in small pieces in linear time")
    func largeWord() {
        let length = 1 << 20
        var stream = Array("*2\r\n$4\r\nECHO\r\n$\(length)\r\n".utf8)
        stream += [UInt8](repeating: 120, count: length) + [13, 10]
        var parser = RequestParser()
        var arguments = ArgumentVector()
        // A parser that begins anew at each of these million calls would need hours.
        for end in 0..<stream.count {
            let outcome = parser.parse(
                stream.span.extracting(0..<end), limits: .standard, into: &arguments)
            guard case .needMore = outcome else {
                Issue.record("\(outcome) after \(end) bytes")
                return
            }
        }
        let outcome = parser.parse(stream.span, limits: .standard, into: &arguments)
        #expect(outcome == .request(consumed: stream.count))
        #expect(arguments.count == 2 && arguments.byteCount == length + 4)
    }

    @Test("a reused vector forgets the last request")
    func reuse() {
        var arguments = ArgumentVector()
        arguments.append("one")
        arguments.append("")
        arguments.extendWord(65)
        arguments.extendWord([66, 67].span)
        arguments.closeWord()
        let words = [arguments[0].array, arguments[1].array, arguments[2].array]
        #expect(words == [Array("one".utf8), [], [65, 66, 67]])
        #expect(arguments.count == 3 && arguments.byteCount == 6)
        arguments.removeAll()
        #expect(arguments.isEmpty && arguments.byteCount == 0)
        arguments.append("x")
        let word = arguments.argument(0).array
        #expect(word == [120])
    }
}
