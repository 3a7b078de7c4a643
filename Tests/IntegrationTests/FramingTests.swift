import Basics
import Glibc
import HTTPCore
import JSON
import TestSupport
import Testing

/// Our parser beside one of others: whatever ours takes, h11 reads as the same request that ends
/// at the same byte. What h11 takes and ours does not is no harm.
@Suite(
    "Framing",
    .enabled(if: access(ClientTests.python, X_OK) == 0, "no .venv: scripts/test makes it"),
    .timeLimit(.minutes(3)))
struct FramingTests {
    private static let seeds = [
        "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nX: 1\r\n\r\n",
        "PUT http://b.example:80/d?x=1 HTTP/1.1\r\nHost: b.example\r\nConnection: keep-alive, x\r\n"
            + "Content-Type: a/b\r\nContent-Length: 0\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\nAccept: */*\r\nConnection: close\r\n\r\n",
        "GET /e HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "POST /f HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
        "GET /g HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ].map { Array($0.utf8) }

    /// What differs between servers that were fooled and those that were not.
    private static let pieces: [[UInt8]] =
        [
            "\r\n", "\n", "\r", " ", "\t", ":", ";", ",", "0", "+", "-", "\"", "\\", "_", "0x",
            "Content-Length: 3\r\n", "Content-Length: 0\r\n", "Content-Length: 05\r\n",
            "Content-Length:\r\n", "Content-Length: 5, 5\r\n", "Content_Length: 3\r\n",
            "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding:\r\n chunked\r\n", "Transfer-Encoding: x, chunked\r\n",
            "Transfer-Encoding : chunked\r\n", "X: y\r\n z\r\n", "Connection: close\r\n",
            "Connection: Content-Length\r\n", "Host: b\r\n", "Expect: 100-continue\r\n",
            "Trailer: X\r\n", "TE: trailers\r\n", "HTTP/1.0", "HTTP/1.1", " HTTP/1.1", "chunked",
            "0\r\n\r\n", "00000\r\n\r\n", "1;x\r\nA\r\n", "1 \r\nA\r\n", "GET /x HTTP/1.1\r\n",
            "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "//", "/../", "%2f", "%00", "?", "#", "http://c/",
        ].map { Array($0.utf8) } + [[0], [0x0b], [0x0c], [0x7f], [0x85], [0xa0], [0xff]]

    @Test(arguments: [1, 2, 3]) func othersReadTheSame(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var lines: [UInt8] = []
        var count = 0
        for _ in 0..<8_000 { count += Self.take(Self.stream(&random), into: &lines) }
        // Enough of them are taken for the comparison to mean something.
        #expect(count > 3_000, "\(count)")
        let folder = try Folder()
        let file = try folder.write("requests", lines)
        let script = Folder.repository + "/Tests/clients/framing.py"
        let done = try Program.run(
            [ClientTests.python, "-B", script, file], in: folder.path, seconds: 100)
        #expect(done.status == 0, "\(done.output)\(done.error)")
        #expect(done.output == "\(count) requests, all good\n")
    }

    /// One to three requests, changed in one to three places.
    private static func stream(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...Int(random.next() % 3) {
            bytes += seeds[Int(random.next() % UInt64(seeds.count))]
        }
        for _ in 0...Int(random.next() % 3) where !bytes.isEmpty {
            let place = Int(random.next() % UInt64(bytes.count))
            let piece = pieces[Int(random.next() % UInt64(pieces.count))]
            switch random.next() % 6 {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: piece, at: place)
            case 3: bytes.insert(contentsOf: piece, at: lineStart(bytes, before: place))
            case 4:
                bytes.replaceSubrange(place..<min(place + piece.count, bytes.count), with: piece)
            default: bytes.insert(bytes[place], at: place)
            }
        }
        return bytes
    }

    private static func lineStart(_ bytes: [UInt8], before place: Int) -> Int {
        var start = place
        while start > 0 && bytes[start - 1] != 0x0a { start -= 1 }
        return start
    }

    /// Appends what our parser takes of a stream; how many requests that were.
    private static func take(_ stream: [UInt8], into lines: inout [UInt8]) -> Int {
        var start = 0
        var count = 0
        while true {
            var parser = RequestParser()
            guard
                case .request(let head, let offset) = parser.parse(
                    stream.span.extracting(start..<stream.count))
            else { return count }
            var body = ByteBuffer()
            guard let end = end(head, stream, start + offset, &body) else { return count }
            var fields: [JSONValue] = []
            head.forEachField { fields.append(.array([.string($0), .string($1)])) }
            let query = head.rawQuery.map { "?" + $0 } ?? ""
            let found = JSONValue.object([
                ("bytes", .string(hex(stream[start...]))), ("method", .string(head.methodText)),
                ("target", .string(head.rawPath + query)),
                ("version", .string(head.version == .http10 ? "1.0" : "1.1")),
                ("fields", .array(fields)), ("body", .string(hex(body.array[...]))),
                ("end", .number("\(end - start)")), ("kept", .bool(head.isKeepAlive)),
            ])
            var line = ByteBuffer()
            found.append(to: &line)
            lines += line.array + [0x0a]
            count += 1
            start = end
        }
    }

    /// Where the body of a request ends; nil where it is refused or not whole.
    private static func end(
        _ head: RequestHead, _ stream: [UInt8], _ start: Int, _ body: inout ByteBuffer
    ) -> Int? {
        switch head.bodyFraming {
        case .none: return start
        case .length(let length):
            guard length <= UInt64(stream.count - start) else { return nil }
            body.append(stream.span.extracting(start..<(start + Int(length))))
            return start + Int(length)
        case .chunked:
            var decoder = ChunkedDecoder(maximumBytes: 4_096)
            let rest = stream.span.extracting(start..<stream.count)
            guard case .done(let consumed) = decoder.decode(rest, into: &body) else { return nil }
            return start + consumed
        }
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
