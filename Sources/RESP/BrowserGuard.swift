import Basics

/// Recognises a web page that was made to send requests to this port (cross-protocol forgery).
///
/// A browser's first line is always its request line, so that is looked for only there; `POST` and
/// `Host:` as a first word are never a command and give a browser away on any line.
enum BrowserGuard {
    static func isBrowser(_ line: Span<UInt8>, isFirstLine: Bool) -> Bool {
        if begins(line, "post") && (line.count == 4 || line[4] == 32) { return true }
        if begins(line, "host:") { return true }
        return isFirstLine && isRequestLine(line)
    }

    /// `<method> <target> HTTP/<digit>.<digit>`
    private static func isRequestLine(_ line: Span<UInt8>) -> Bool {
        let start = line.count - 9
        if start < 1 { return false }
        let tail = line.extracting(start..<line.count)
        return tail.extracting(0..<6).equals(" HTTP/") && isDigit(tail[6])
            && tail[7] == UInt8(ascii: ".") && isDigit(tail[8])
    }

    private static func begins(_ line: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        if line.count < lowercase.utf8CodeUnitCount { return false }
        let start = lowercase.utf8Start
        for index in 0..<lowercase.utf8CodeUnitCount {
            var byte = line[index]
            if byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") { byte |= 0x20 }
            if byte != start[index] { return false }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
